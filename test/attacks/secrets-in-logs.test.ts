// CVE-2025-55009 and its kind: no credential in a log line, on record, or in what a refusal says. A real server with a real
// database, real hashes and real pages; every route, good and bad; then everything that was written is searched.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openAuditSink } from '../../packages/server/src/audit.js'
import { createLogger } from '../../packages/server/src/logger.js'
import { createFormTokens } from '../../packages/server/src/pages/form-token.js'
import { createPages } from '../../packages/server/src/pages/routes.js'
import { serve } from '../../packages/server/src/serve.js'
import { createAuth } from '../../packages/sessera/src/create-auth.js'
import { modes } from '../../packages/sessera/src/domain/principal.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { coreOf } from '../../packages/sessera/src/http/core.js'
import { routesFor } from '../../packages/sessera/src/http/routes.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { Client, type Reply } from '../support/client.js'
import { makeFolder } from '../support/folder.js'
import { createMeddledStore, type MeddledStore } from '../support/meddled-store.js'
import { leaksIn, secretsIn } from '../support/secret-scan.js'
import { freePort } from '../support/server-process.js'

const serverSecrets = [
  'the first server secret, which nobody knows',
  'an older server secret that still verifies',
]
const peppers = ['the pepper in front of every password, thirty-two']
const word = {
  root: 'root has quite a long password',
  ada: 'ada likes "quoted" words & more',
  next: 'ada has changed her mind since',
  grace: 'grace was invited last monday',
  wrong: 'these words open nothing at all',
  typed: 'typed where the name belongs',
} as const

/** What the server wrote and said, and what it must not have. */
interface Traces {
  readonly log: string[]
  readonly audit: readonly string[]
  readonly record: readonly string[]
  readonly problems: string[]
  readonly secrets: Set<string>
  /** As `GET {base}/me`. */
  readonly routes: Set<string>
  readonly statuses: Set<number>
}

let traces: Traces
beforeAll(async () => {
  traces = await drive()
}, 60_000)

async function drive(): Promise<Traces> {
  const folder = makeFolder()
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const log: string[] = []
  const problems: string[] = []
  const secrets = new Set<string>([...serverSecrets, ...peppers, ...Object.values(word)])
  const routes = new Set<string>()
  const statuses = new Set<number>()
  const logger = createLogger({ terminal: false, to: { write: (line) => void log.push(line) } })
  logger.setLevel('debug')

  const store = createMeddledStore(sqlite(join(folder.path, 'auth.db')))
  watchWrites(store, secrets)
  const auth = createAuth({
    origin,
    store: store.source,
    secrets: serverSecrets,
    passwords: { peppers },
    registration: 'open',
    // What is used a second time is theft at once.
    sessions: { refreshGrace: 0 },
    administration: { role: 'admin', invitationLink: `${origin}/welcome?invitation={token}` },
    trustedProxies: ['loopback'],
    log: logger,
  })
  const auditLog = join(folder.path, 'audit.log')
  const sink = openAuditSink(auth, auditLog, logger)
  await auth.ready()
  const node = forNode(auth)
  const formTokens = createFormTokens(serverSecrets)
  const now = (): number => Date.now()
  const pages = createPages({ auth, node, origin, registration: 'open', formTokens, now, log: logger })
  const serving = await serve({ host: 'localhost', port, node, pages, log: logger })

  async function send(request: Request): Promise<Response> {
    const body = await request.clone().text()
    for (const secret of secretsOf(request.headers, body)) secrets.add(secret)
    const match = coreOf(auth).match(new URL(request.url).pathname)
    const route = match?.byMethod.get(request.method)
    if (route !== undefined) routes.add(`${route.method} ${route.path}`)
    const response = await fetch(request, { redirect: 'manual' })
    const answer = await response.clone().text()
    for (const secret of secretsOf(response.headers, answer)) secrets.add(secret)
    statuses.add(response.status)
    if (response.headers.get('content-type') === 'application/problem+json') problems.push(answer)
    return response
  }

  const { token = '' } = (await auth.users.inviteFirstAdministrator()) ?? {}
  secrets.add(token)
  try {
    await visitEverything({ client: () => new Client(origin, send), store, token })
    const kernel = coreOf(auth).kernel
    await kernel.audit.flush()
    const query = { after: null, limit: 10_000, userId: null, name: null, since: null, until: null }
    const { value } = await store.opened().audit.list({ order: 'oldest', ...query })
    return {
      log,
      audit: readFileSync(auditLog, 'utf8').trimEnd().split('\n'),
      record: value.map((event) => JSON.stringify(event)),
      problems,
      secrets,
      routes,
      statuses,
    }
  } finally {
    await serving.close()
    await auth.close()
    sink.close()
    folder.remove()
  }
}

/** Seeds, hashes and sealed keys are seen on their way into the database. */
function watchWrites(store: MeddledStore, secrets: Set<string>): void {
  store.meddle((call) => {
    for (const secret of secretsIn(call.args)) secrets.add(secret)
    if (call.name === 'users.replacePassword') secrets.add(String(call.args[1]))
    return call.proceed()
  })
}

function secretsOf(headers: Headers, body: string): readonly string[] {
  const cookies = [
    headers.get('cookie') ?? '',
    ...headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? ''),
  ]
  const values = cookies.flatMap((cookie) =>
    cookie.split('; ').map((pair) => pair.slice(pair.indexOf('=') + 1)),
  )
  const { value: bearer } = /^Bearer (?<value>.+)$/.exec(headers.get('authorization') ?? '')?.groups ?? {}
  const inForms = [...body.matchAll(/name="(?:token|invitation)" value="([^"]+)"/g)].map(
    ([, value = '']) => value,
  )
  return [...values, bearer ?? '', ...inForms, ...secretsIn(parsed(body))].filter((text) => text !== '')
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return Object.fromEntries(new URLSearchParams(body.startsWith('<') ? '' : body))
  }
}

interface Visit {
  client(): Client
  readonly store: MeddledStore
  /** Makes the first administrator. */
  readonly token: string
}

async function visitEverything(visit: Visit): Promise<void> {
  const root = await beginAdministration(visit)
  await signInAndOut(visit)
  await holdSessions(visit)
  await sendNonsense(visit)
  await administer(visit, root)
  await visitPages(visit)
  await failInTheStore(visit)
}

const post = (client: Client, path: string, json: unknown): Promise<Reply> =>
  client.send('POST', path, { json })

async function beginAdministration({ client, token }: Visit): Promise<Client> {
  const first = { token, username: 'root', password: word.root }
  await post(client(), '/auth/first-administrator', { ...first, token: `${token.slice(0, -1)}A` })
  await post(client(), '/auth/first-administrator', { ...first, password: 'short and bad' })
  await post(client(), '/auth/first-administrator', first)
  await post(client(), '/auth/first-administrator', first)
  const root = client()
  await root.login('root', word.root, { mode: 'token' })
  return root
}

async function signInAndOut({ client }: Visit): Promise<void> {
  for (const username of ['ada', 'ada', '']) {
    await post(client(), '/auth/register', { username, password: word.ada, mode: 'hybrid' })
  }
  await post(client(), '/auth/register', { username: 'bob', password: 'short and bad' })
  await client().login('ada', word.wrong)
  await client().login('nobody\r\n{"level":"error"}', word.wrong)
  await client().login(word.typed, word.wrong)
  await client().login(word.ada, word.typed)
  await post(client(), '/auth/login', { username: 'ada', password: word.ada, roles: [word.typed] })
  for (const how of [...modes.map((mode) => ({ mode })), { mode: 'token', refresh: 'cookie' }]) {
    const ada = client()
    await ada.login('ada', word.ada, how)
    await ada.me()
    await ada.send('GET', '/auth/verify', { headers: { 'x-forwarded-method': 'GET' } })
    await ada.refresh()
    await ada.login('ada', word.ada, how)
    await ada.logout()
    await ada.logout()
    await ada.me()
  }
}

async function holdSessions({ client }: Visit): Promise<void> {
  const ada = client()
  await ada.login('ada', word.ada, { mode: 'token' })
  const thief = ada.copy()
  await ada.refresh()
  await ada.refresh()
  await thief.refresh()
  await ada.refresh()

  await ada.login('ada', word.ada)
  await ada.exchange('token')
  await ada.exchange('hybrid')
  await ada.reauthenticate(word.wrong)
  await ada.reauthenticate(word.ada)
  await post(ada, '/auth/password', { current: word.wrong, next: word.next })
  await post(ada, '/auth/password', { current: word.ada, next: 'short and bad' })
  await post(ada, '/auth/password', { current: word.ada, next: word.next })
  const other = client()
  const { body } = await other.login('ada', word.next)
  await ada.send('GET', '/auth/sessions')
  await ada.send('DELETE', `/auth/sessions/${body.session?.id}`)
  await ada.send('DELETE', `/auth/sessions/${body.session?.id}`)
  await ada.send('DELETE', '/auth/sessions')
}

async function sendNonsense({ client }: Visit): Promise<void> {
  const ada = client()
  await ada.login('ada', word.next, { mode: 'token' })
  const { accessToken = '', refreshToken } = ada.held
  const bearer = (token: string): { headers: Record<string, string> } => ({
    headers: { authorization: `Bearer ${token}` },
  })
  const bent = `${accessToken?.slice(0, -4)}AAAA`
  await client().send('GET', '/auth/me', bearer(bent))
  await client().send('GET', '/auth/me', bearer(`${accessToken}.${accessToken}`))
  await client().send('GET', '/auth/me', bearer(refreshToken ?? ''))
  await client().send('GET', '/auth/verify', bearer(bent))
  await client().send('GET', `/auth/me?access_token=${accessToken}`)
  await post(client(), `/auth/refresh?refresh_token=${refreshToken}`, {})
  await post(client(), '/auth/refresh', { refresh_token: accessToken })
  await post(client(), '/auth/refresh', {})
  await post(client(), '/auth/exchange', { mode: 'nonsense', refresh_token: refreshToken })
  await post(ada, '/auth/nothing', { password: word.typed })
  await ada.send('POST', '/auth/login', { text: `{"username":"ada","password":"${word.next}"` })
  await ada.send('POST', '/auth/login', { text: word.next, headers: { 'content-type': 'text/plain' } })
  await ada.send('POST', '/auth/login', { text: `"${'x'.repeat(200_000)}${word.next}"` })
  for (const path of [
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
    '/auth/openapi.json',
  ]) {
    await ada.send('GET', path)
  }
}

async function administer({ client }: Visit, root: Client): Promise<void> {
  const created = await post(root, '/auth/admin/users', { username: 'grace', email: 'grace@example.org' })
  const { user, invitation } = created.body as {
    readonly user?: { readonly id: string }
    readonly invitation?: { readonly token: string }
  }
  const path = `/auth/admin/users/${user?.id}`
  const link = { token: invitation?.token ?? '', password: word.grace }
  await post(client(), '/auth/invitation', { ...link, token: `${link.token.slice(0, -1)}A` })
  await post(client(), '/auth/invitation', { ...link, password: 'short and bad' })
  await post(client(), '/auth/invitation', link)
  await post(client(), '/auth/invitation', link)
  const grace = client()
  const { body } = await grace.login('grace', word.grace)
  await grace.send('GET', '/auth/admin/users')
  await grace.send('POST', '/auth/admin/keys')
  await post(root, `${path}/invitation`, {})
  await post(root, '/auth/admin/users', { username: 'eve', password: word.typed })
  const hash = '$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'
  await post(root, '/auth/admin/users/import', {
    users: [
      { username: 'heidi', passwordHash: hash },
      { username: 'ivan', passwordHash: `$unknown$${word.typed}` },
    ],
  })
  await root.send('GET', '/auth/admin/users')
  await root.send('GET', path)
  await root.send('PUT', `${path}/roles`, { json: { roles: ['teller'] } })
  await root.send('PUT', `${path}/claims`, { json: { claims: { plan: 'pro' } } })
  await root.send('GET', `${path}/sessions`)
  await root.send('DELETE', `/auth/admin/sessions/${body.session?.id}`)
  await root.send('DELETE', `${path}/sessions`)
  for (const act of ['unlock', 'disable', 'enable']) await root.send('POST', `${path}/${act}`)
  await root.send('DELETE', path)
  await root.send('GET', path)
  await root.send('POST', '/auth/admin/keys')
  const { keys = [] } = (await root.send('GET', '/auth/admin/keys')).body as {
    readonly keys?: readonly { readonly kid: string }[]
  }
  await root.send('GET', '/auth/admin/audit?limit=1000')
  await root.send('GET', '/auth/admin/stats')
  await root.send('DELETE', `/auth/admin/keys/${keys.at(-1)?.kid}`)
  await root.send('DELETE', `/auth/admin/keys/${keys.at(-1)?.kid}`)
}

async function visitPages({ client, token }: Visit): Promise<void> {
  const form = (visitor: Client, path: string, fields: Readonly<Record<string, string>>): Promise<Reply> =>
    visitor.send('POST', path, {
      text: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  const visitor = client()
  await form(visitor, '/sign-in', { username: word.typed, password: word.wrong, mode: 'session' })
  await form(visitor, '/register', { username: 'judy', password: word.grace, mode: 'token' })
  await form(visitor, '/sign-in', { username: 'judy', password: word.grace, mode: 'hybrid' })
  await visitor.send('GET', '/')
  await form(visitor, '/sign-out', { token })
  for (const path of [`/welcome?invitation=${token}`, `/setup?token=${token}`])
    await visitor.send('GET', path)
  await form(visitor, '/welcome', { invitation: token, token, password: word.typed })
}

/** Each in the middle of something secret. */
async function failInTheStore({ client, store }: Visit): Promise<void> {
  const ada = client()
  await ada.login('ada', word.next, { mode: 'token' })
  for (const failing of [
    'sessions.find',
    'sessions.create',
    'sessions.replace',
    'users.findByUsername',
    'limits.',
  ]) {
    store.meddle((call) => {
      if (!call.name.startsWith(failing)) return call.proceed()
      const cause = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR', errcode: 10 })
      return Promise.reject(new Error(`${call.name} failed.`, { cause }))
    })
    await ada.copy().refresh()
    await ada.copy().exchange('hybrid')
    await ada.copy().reauthenticate(word.next)
    await ada.copy().send('GET', '/auth/verify')
    await client().login('ada', word.next)
    await client().send('GET', '/', { headers: ada.headers() })
    await ada.copy().logout()
  }
  watchWrites(store, new Set())
}

test('every route was driven, and refused in many ways', () => {
  const all = routesFor({ adminRole: 'admin', ownUsers: true }).map(({ method, path }) => `${method} ${path}`)
  expect([...traces.routes].sort()).toEqual(all.sort())
  for (const status of [200, 201, 204, 400, 401, 403, 404, 409, 413, 415, 503])
    expect(traces.statuses).toContain(status)
})

test('there is something to search: credentials of every kind, and lines about all that happened', () => {
  const { secrets, log, audit, record, problems } = traces
  for (const kind of [/^\$argon2id\$/, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/, /^[\w-]{72}$/, /^[\w-]{22}$/]) {
    expect([...secrets].filter((secret) => kind.test(secret)).length).toBeGreaterThan(1)
  }
  const text = audit.join('\n')
  for (const name of [
    'authn_login_fail',
    'authn_token_reuse',
    'authn_password_change',
    'authz_fail',
    'user_invited',
  ]) {
    expect(text).toContain(`"event":"${name}"`)
  }
  expect(record.length).toBe(audit.length)
  expect(log.filter((line) => line.includes('SQLITE_IOERR')).length).toBeGreaterThan(5)
  expect(problems.length).toBeGreaterThan(30)
})

test.each(['log', 'audit', 'record', 'problems'] as const)(
  'no secret, nor sixteen characters of one: %s',
  (where) => {
    expect(leaksIn(traces[where], traces.secrets)).toEqual([])
  },
)

test('41: whatever was sent, each line is one JSON object', () => {
  const { log, audit } = traces
  for (const line of [...log, ...audit]) {
    expect(line.trimEnd()).not.toMatch(/[\r\n]/)
    expect(JSON.parse(line)).toBeTypeOf('object')
  }
})

test('the search finds a piece of a secret, whole short ones, and those in other spellings', () => {
  const secret = 'a "secret" that is long & has spaces'
  expect(leaksIn(['nothing', `xx${secret.slice(4, 20)}yy`], [secret])).toHaveLength(1)
  expect(leaksIn([`xx${secret.slice(4, 19)}yy`], [secret])).toEqual([])
  expect(leaksIn([encodeURIComponent(secret), JSON.stringify(secret)], [secret])).toHaveLength(2)
  expect(leaksIn(['the word is hunter2.'], ['hunter2'])).toHaveLength(1)
})
