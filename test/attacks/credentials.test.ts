// Attacks 54, 57 to 59, 80 and 83 to 86: what people type, send and combine. Over real sockets.

import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { createWorld, nextPassword, password, type World } from '../support/auth.js'
import { codeOf, serve, type WebServer } from '../support/server.js'

interface Scene {
  readonly world: World
  readonly server: WebServer
}

async function setScene(): Promise<Scene> {
  const world = await createWorld({ registration: 'open' })
  return { world, server: await serve(world) }
}

async function isAlive({ world, server }: Scene): Promise<void> {
  const client = await world.signedIn('token')
  const headers = Object.entries(client.headers())
  expect((await server.send({ path: '/auth/me', headers })).status).toBe(200)
}

test('54: unknown, wrong and disabled cannot be told apart: status, headers and body are the same bytes', async () => {
  const scene = await setScene()
  const { world, server } = scene
  await world.auth.users.disable(await world.addUser('bob'))
  const tries = [
    { username: 'nobody', password },
    { username: 'ada', password: 'four wrong words of length' },
    { username: 'bob', password },
    { username: 'bob', password: 'four wrong words of length' },
    { username: '../../etc/passwd', password },
    { username: "' OR 1=1; --", password },
  ]
  const seen: { readonly status: number; readonly headers: object; readonly body: string }[] = []
  for (const json of tries) {
    const { status, headers, body } = await server.send({ path: '/auth/login', json })
    seen.push({ status, headers: headers.filter(([name]) => !/^(?:date|x-request-id)$/.test(name)), body })
  }
  expect(seen[0]?.status).toBe(401)
  for (const other of seen) expect(other).toEqual(seen[0])
  await isAlive(scene)
})

test('57: passwords that share 72 bytes, or differ by a NUL, are distinct; the same letters composed or not are equal', async () => {
  const scene = await setScene()
  const { world, server } = scene
  const long = 'a long prefix of seventy-two bytes, which is where some hashes stop read'
  expect(Buffer.byteLength(long)).toBe(72)
  const client = await world.signedIn('session')
  const rows = [
    { set: `${long} one`, tries: { [`${long} one`]: 200, [`${long} two`]: 401, [long]: 401 } },
    {
      set: 'words with a \0NUL inside',
      tries: { 'words with a \0NUL inside': 200, 'words with a ': 401, 'words with a NUL inside': 401 },
    },
    {
      set: 'Zo\u00eb has a diaeresis',
      tries: { 'Zoe\u0308 has a diaeresis': 200, 'Zoe has a diaeresis': 401 },
    },
    {
      set: ' blanks around the words ',
      tries: { ' blanks around the words ': 200, 'blanks around the words': 401 },
    },
  ]
  let current = password
  for (const { set, tries } of rows) {
    const changed = await client.send('POST', '/auth/password', { json: { current, next: set } })
    expect([set, changed.status]).toEqual([set, 204])
    current = set
    for (const [text, status] of Object.entries(tries)) {
      const answer = await server.send({
        path: '/auth/login',
        text: ascii({ username: 'ada', password: text }),
        headers: [['Content-Type', 'application/json']],
      })
      expect([text, answer.status]).toEqual([text, status])
    }
  }
})

describe('58: a password beyond all measure is refused before it is hashed', () => {
  test.each([
    [257, 400],
    [4097, 400],
    [60_000, 400],
    [1_000_000, 413],
  ])('%i letters: %i', async (length, status) => {
    const scene = await setScene()
    const before = scene.world.passwords.verified.length
    const answer = await scene.server.send({
      path: '/auth/login',
      json: { username: 'ada', password: 'x'.repeat(length) },
    })
    expect(answer.status).toBe(status)
    expect(scene.world.passwords.verified).toHaveLength(before)
    await isAlive(scene)
  })
})

describe('59: what is no text', () => {
  test.each([
    '{"username":"ada","password":{"$ne":1}}',
    '{"username":{"$gt":""},"password":"four words of some length"}',
    '{"username":["ada"],"password":"four words of some length"}',
    '{"username":"ada","password":["four words of some length"]}',
    '{"username":"ada","password":null}',
    '{"username":"ada","password":true}',
    '{"__proto__":{"mode":"token"},"username":"ada","password":"four words of some length"}',
    '{"constructor":{"prototype":{"x":1}},"username":"ada","password":"four words of some length"}',
    '{"username":"ada","username":"bob","password":"four words of some length"}',
    '["ada","four words of some length"]',
    '"ada"',
    'null',
    '',
    '{',
    '\ufeff{"username":"ada"}',
  ])('%s → 400', async (text) => {
    const scene = await setScene()
    scene.world.store.forget()
    const bytes = Buffer.from(text, 'utf8').toString('latin1')
    const answer = await scene.server.send({
      method: 'POST',
      path: '/auth/login',
      text: bytes,
      headers: [['Content-Type', 'application/json']],
    })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
    expect(scene.world.store.calls).toEqual([])
    expect(Object.prototype).not.toHaveProperty('mode')
    await isAlive(scene)
  })
})

test('80: one user’s cookie and another’s token are never merged', async () => {
  const scene = await setScene()
  const { world, server } = scene
  await world.addUser('bob')
  const [ada, bob] = [await world.signedIn('session'), await world.signedIn('token', 'bob')]
  const headers = Object.entries({ ...bob.headers(), cookie: ada.headers()['cookie'] ?? '' })
  for (const request of [
    { path: '/auth/me' },
    { path: '/auth/sessions' },
    { method: 'DELETE', path: '/auth/sessions' },
    { path: '/auth/password', json: { current: password, next: nextPassword } },
    { path: '/auth/reauthenticate', json: { password } },
    { path: '/page' },
  ]) {
    const answer = await server.send({ ...request, headers })
    expect([request.path, answer.status, codeOf(answer)]).toEqual([
      request.path,
      400,
      'ambiguous_credentials',
    ])
  }
  expect([(await ada.me()).status, (await bob.me()).status]).toEqual([200, 200])
})

test.each([
  { role: 'admin' },
  { roles: ['admin'] },
  { isAdmin: true },
  { id: 'root' },
  { epoch: 99 },
  { 'roles[]': 'admin' },
])('83: signing up with %j is refused', async (extra) => {
  const scene = await setScene()
  const answer = await scene.server.send({
    path: '/auth/register',
    json: { username: 'eve', password, ...extra },
  })
  expect([answer.status, codeOf(answer)]).toEqual([400, 'invalid_request'])
  expect(scene.world.events.filter(({ name }) => name === 'userCreated')).toHaveLength(1)
})

test('84: cookies that a sibling planted log out at worst, and never switch the user', async () => {
  const scene = await setScene()
  const { world, server } = scene
  await world.addUser('eve')
  const [ada, eve] = [await world.signedIn('session'), await world.signedIn('session', 'eve')]
  const [mine, planted] = [ada.cookie('session'), eve.cookie('session')]
  for (const cookie of [
    `sessera-session=${planted}; __Host-sessera-session=${mine}`,
    `__Host-sessera-session=${mine}; sessera-session=${planted}`,
    `__Host-sessera-session=${planted}; __Host-sessera-session=${mine}`,
    `__Host-sessera-session=${mine}; __Host-sessera-session=${planted}`,
    `=__Host-sessera-session=${planted}; __Host-sessera-session=${mine}`,
    `${Array.from({ length: 180 }, (_, index) => `junk${index}=${'x'.repeat(60)}`).join('; ')}`,
  ]) {
    const answer = await server.send({ path: '/auth/me', headers: [['Cookie', cookie]] })
    expect([200, 400, 401]).toContain(answer.status)
    expect(answer.body).not.toContain('eve')
  }
})

test.each([
  '/auth/me/x.css',
  '/auth/me/..%2fx.js',
  '/auth/me%2ex.css',
  '/auth/me%00.css',
  '/auth/sessions/x.css',
  '/auth/me;.css',
])('85: %s is no page, and no cache keeps it', async (path) => {
  const scene = await setScene()
  const client = await scene.world.signedIn('session')
  const answer = await scene.server.send({ path, headers: Object.entries(client.headers()) })
  expect([404, 405]).toContain(answer.status)
  expect(answer.all('cache-control')).toEqual(['no-store'])
  expect(answer.body).not.toContain('ada')
})

describe('86: floods of keys and cookies are refused promptly', () => {
  const flood = (count: number, make: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => make(index)).join(',')
  test.each([
    ['100,000 members', `{${flood(100_000, (index) => `"${index}":0`)}}`, 413],
    ['5,000 members', `{${flood(5_000, (index) => `"k${index}":0`)}}`, 400],
    ['nested 20,000 deep', '{"a":'.repeat(10_000), 400],
    ['lists nested 30,000 deep', `{"a":${'['.repeat(30_000)}`, 400],
    ['a number of 60,000 digits', `{"username":${'9'.repeat(60_000)}}`, 400],
  ])('%s', async (_what, text, status) => {
    const scene = await setScene()
    const begun = performance.now()
    const answer = await scene.server.send({
      path: '/auth/login',
      text,
      headers: [['Content-Type', 'application/json']],
    })
    expect(answer.status).toBe(status)
    expect(performance.now() - begun).toBeLessThan(1000)
    await isAlive(scene)
  })

  test('2,000 cookies', async () => {
    const scene = await setScene()
    const cookie = Array.from({ length: 2000 }, (_, index) => `k${index}=`).join('; ')
    const answer = await scene.server.send({ path: '/auth/me', headers: [['Cookie', cookie]] })
    expect([401, 431]).toContain(answer.status)
    await isAlive(scene)
  })
})

function ascii(value: object): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
