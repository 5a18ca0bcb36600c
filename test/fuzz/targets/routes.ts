// The whole API, from a request to its answer: whatever is sent, it is answered, by the table, and nobody enters unproven.

import type { Auth } from '../../../packages/sessera/src/auth.js'
import { createAuthWith } from '../../../packages/sessera/src/create-auth-with.js'
import { listErrorCodes } from '../../../packages/sessera/src/errors.js'
import type { Passwords } from '../../../packages/sessera/src/ports/passwords.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { chosen, hold, type Input, type Target } from '../engine/target.js'
import { mutateJson } from './strict-json.js'

const origin = 'https://app.example'
const password = 'four words of some length'
const statusOf = new Map(listErrorCodes().map(({ code, status }) => [code as string, status]))
const inputsPerWorld = 400

/** Where nobody has to be signed in. Every other route answers whom it knows, or refuses. */
const openPaths =
  /^\/auth\/(?:register|login|refresh|logout|openapi\.json|invitation|first-administrator)$|^\/\.well-known\//
const passwords: Passwords = {
  hash: async (text) => `plain:${text}`,
  verify: async (hash, text) => hash === `plain:${text}`,
  isOutdated: () => false,
  isImportable: () => null,
  admit: (work) => work(),
  load: () => ({ running: 0, waiting: 0, refused: 0 }),
}

/** Where his credential stands among them. */
const ben = 2

interface World {
  readonly auth: Auth<object>
  readonly clock: FakeClock
  readonly credentials: readonly Readonly<Record<string, string>>[]
}

/** Method, path with query, headers as JSON, credential, body. */
export async function createRoutes(): Promise<Target> {
  let world = await createWorld(0)
  let inputs = 0
  return {
    name: 'routes',
    seeds,
    words: [
      '/auth/',
      '?',
      '&limit=',
      'after=',
      '%00',
      '%',
      '%ff',
      '..',
      '//',
      'AAAAAAAAAAAAAAAAAAAAAA',
      'X-Forwarded-Method',
    ],
    mutate: ([method = '', path = '', headers = '', who = '', body = ''], choices) =>
      choices.oneIn(4)
        ? [method, path, mutateJson(headers, choices), who, body]
        : [method, path, headers, who, mutateJson(body, choices)],
    maxLength: 4096,
    isStateful: true,
    close: () => world.auth.close(),
    async run(input) {
      inputs += 1
      if (inputs % inputsPerWorld === 0) {
        await world.auth.close()
        world = await createWorld(inputs)
      }
      return answer(world, input)
    },
  }
}

async function answer(
  { auth, clock, credentials }: World,
  [method, path, headers, who, body]: Input,
): Promise<string> {
  const credential = chosen(credentials, who)
  const request = requestOf(
    { method: method ?? '', path: path ?? '', headers: headers ?? '', body: body ?? '' },
    credential,
  )
  if (request === null) return 'no request'
  clock.advance(50)
  const response = await auth.fetch(request)
  const text = await response.text()
  const { pathname } = new URL(request.url)
  const code = response.status < 400 ? null : codeOf(response, text)
  hold(response.status < 500, 'the server fails', { status: response.status, code })
  const isForeign = request.headers.get('sec-fetch-site') === 'cross-site'
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method)
  hold(!isForeign || isSafe || code !== null, 'a page of another site acts', { pathname })
  if (code === null) {
    // No input holds a credential of this world: what `who` brings is the only one.
    const mayAnyone = openPaths.test(pathname) || request.method === 'OPTIONS'
    hold(credential !== credentials[0] || mayAnyone, 'a stranger is let in', {
      pathname,
      status: response.status,
    })
    hold(credential !== credentials[ben] || !pathname.startsWith('/auth/admin'), 'anyone administers', {
      pathname,
    })
  }
  for (const [name, value] of response.headers) {
    hold(/^[\t -~]*$/.test(value), 'a header is no plain text', { name, value })
  }
  const route = seeds.find(([method, path]) => method === request.method && path === pathname)
  return `${route?.[1] ?? 'another route'}, ${response.status}, ${code}`
}

/** @returns the code of the refusal, when it is one of the table's and sent as such */
function codeOf(response: Response, text: string): string {
  hold(
    response.headers.get('content-type') === 'application/problem+json',
    'a refusal is no problem document',
    text,
  )
  if (response.body === null || text === '') return 'of HEAD'
  const { code, status } = JSON.parse(text) as Record<string, unknown>
  const known = statusOf.get(String(code))
  hold(known === response.status && status === known, 'a refusal is not of the table', text)
  return String(code)
}

/** Null where there is no such request: Fetch refuses to make it. */
function requestOf(
  { method, path, headers, body }: { method: string; path: string; headers: string; body: string },
  credential: Readonly<Record<string, string>>,
): Request | null {
  try {
    const bytes = Buffer.from(body, 'latin1')
    const given = JSON.parse(headers) as Record<string, string>
    return new Request(`${origin}${path}`, {
      method,
      headers: { ...credential, ...given },
      ...(['GET', 'HEAD'].includes(method.toUpperCase()) || bytes.length === 0 ? {} : { body: bytes }),
    })
  } catch {
    return null
  }
}

/** ada administers, ben does not; each signed in a few ways. */
async function createWorld(seed: number): Promise<World> {
  const clock = createFakeClock()
  const quiet = (): void => undefined
  const auth = createAuthWith<object>(
    {
      origin,
      secrets: ['a server secret for tests, and long enough'],
      follow: 'on-demand',
      registration: 'open',
      administration: { role: 'admin' },
      tokens: { algorithm: 'HS256' },
      store: memory(),
    },
    { clock, random: createSeededRandom(seed), passwords, log: { info: quiet, warn: quiet, error: quiet } },
  )
  await auth.users.create({ username: 'ada', password, roles: ['admin'] })
  await auth.users.create({ username: 'ben', password })
  const credentials: Readonly<Record<string, string>>[] = [{}]
  for (const [username, mode] of [
    ['ada', 'session'],
    ['ben', 'token'],
    ['ada', 'hybrid'],
    ['ada', 'token'],
  ] as const) {
    const response = await auth.fetch(
      new Request(`${origin}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password, mode }),
      }),
    )
    hold(response.status === 200, 'the world cannot be made', await response.clone().text())
    const { access_token: token } = (await response.json()) as { access_token?: string }
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    credentials.push(mode === 'token' ? { authorization: `Bearer ${token}` } : { cookie })
  }
  return { auth, clock, credentials }
}

const json = '{"content-type":"application/json"}'
const id = 'AAAAAAAAAAAAAAAAAAAAAA'
const seeds: readonly Input[] = [
  [
    'POST',
    '/auth/register',
    json,
    '0',
    '{"username":"cy","password":"four words of some length","mode":"token"}',
  ],
  [
    'POST',
    '/auth/login',
    json,
    '0',
    '{"username":"ada","password":"four words of some length","mode":"hybrid"}',
  ],
  ['POST', '/auth/login', '{"content-type":"application/json","origin":"https://evil.example"}', '0', '{}'],
  ['POST', '/auth/logout', '{"sec-fetch-site":"cross-site"}', '1', ''],
  ['POST', '/auth/refresh', json, '0', '{"refresh_token":"abc"}'],
  ['POST', '/auth/logout', json, '1', ''],
  ['POST', '/auth/reauthenticate', json, '1', '{"password":"four words of some length"}'],
  ['POST', '/auth/exchange', json, '1', '{"mode":"token","refresh":"cookie"}'],
  [
    'POST',
    '/auth/password',
    json,
    '2',
    '{"current":"four words of some length","next":"four other words of length"}',
  ],
  ['GET', '/auth/me', '{}', '3', ''],
  ['HEAD', '/auth/me', '{"authorization":"Bearer abc"}', '0', ''],
  ['GET', '/auth/sessions', '{"cookie":"__Host-sessera-session=abc"}', '0', ''],
  ['DELETE', `/auth/sessions/${id}`, '{}', '2', ''],
  ['DELETE', '/auth/sessions', '{"sec-fetch-site":"same-origin"}', '1', ''],
  ['GET', '/auth/verify', '{"x-forwarded-method":"POST","accept":"text/html"}', '1', ''],
  ['OPTIONS', '/auth/me', '{"origin":"https://app.example","access-control-request-method":"GET"}', '0', ''],
  ['GET', '/auth/openapi.json', '{}', '0', ''],
  ['GET', '/.well-known/jwks.json', '{}', '0', ''],
  ['GET', '/.well-known/oauth-authorization-server', '{}', '0', ''],
  ['POST', '/auth/invitation', json, '0', '{"token":"abc","password":"four words of some length"}'],
  [
    'POST',
    '/auth/first-administrator',
    json,
    '0',
    '{"token":"abc","username":"x","password":"four words of some length"}',
  ],
  ['GET', '/auth/admin/users?search=a&limit=2', '{}', '1', ''],
  ['POST', '/auth/admin/users', json, '4', '{"username":"dee","roles":["x"],"claims":{"a":1}}'],
  [
    'POST',
    '/auth/admin/users/import',
    json,
    '4',
    '{"users":[{"username":"e","roles":["y"],"claims":{}}],"dryRun":true}',
  ],
  ['GET', `/auth/admin/users/${id}`, '{}', '4', ''],
  ['DELETE', `/auth/admin/users/${id}`, '{}', '4', ''],
  ['PUT', `/auth/admin/users/${id}/roles`, json, '4', '{"roles":["a"]}'],
  ['PUT', `/auth/admin/users/${id}/claims`, json, '4', '{"claims":{"a":[1]}}'],
  ['POST', `/auth/admin/users/${id}/invitation`, json, '4', ''],
  ['POST', `/auth/admin/users/${id}/disable`, '{}', '4', ''],
  ['GET', `/auth/admin/users/${id}/sessions`, '{}', '4', ''],
  ['GET', '/auth/admin/audit?order=oldest&limit=3&name=user_created&since=0', '{}', '4', ''],
  ['GET', '/auth/admin/keys', '{}', '4', ''],
  ['GET', '/auth/admin/stats', '{}', '4', ''],
  ['GET', '/auth/admin/users?search=%ff', '{}', '4', ''],
  ['GET', '/auth/me?access_token=abc', '{}', '2', ''],
  ['GET', '/auth/nothing', '{}', '0', ''],
]
