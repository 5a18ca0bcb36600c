// Signing in, up and out: by the API, and by routes of the app that call the adapter. Both hand out the same.

import { expect, it } from 'vitest'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import { nextPassword, password } from '../../support/auth.js'
import type { Client, Reply } from '../../support/client.js'
import type { Fixture } from '../fixture.js'
import { jsonOf, problem, setUp } from '../stage.js'

const ada = { username: 'ada', password }

const ways: readonly (readonly [how: object, set: readonly string[], cleared: readonly string[]])[] = [
  [{}, ['session', 'device'], ['access', 'refresh']],
  [{ mode: 'session' }, ['session', 'device'], ['access', 'refresh']],
  [{ mode: 'hybrid' }, ['session', 'access', 'device'], ['refresh']],
  [{ mode: 'token' }, ['device'], ['session', 'access', 'refresh']],
  [{ mode: 'token', refresh: 'cookie' }, ['refresh', 'device'], ['session', 'access']],
]

/** Our cookies by what happens to them; the attributes of all of them are the same. */
function cookiesOf({ setCookies }: Reply): { readonly set: string[]; readonly cleared: string[] } {
  const kinds = setCookies.map((line) => {
    const [, kind = line, value = '', age] =
      /^__Host-sessera-(\w+)=([\w.-]*)(?:; Max-Age=(\d+))?; Path=\/; HttpOnly; SameSite=Lax; Secure$/.exec(
        line,
      ) ?? []
    return { kind, isCleared: value === '' && age === '0' }
  })
  const names = (cleared: boolean): string[] =>
    kinds.filter(({ isCleared }) => isCleared === cleared).map(({ kind }) => kind)
  return { set: names(false), cleared: names(true) }
}

function tokensOf(reply: Reply): unknown {
  const json = jsonOf(reply)
  return typeof json === 'object' && json !== null && 'tokens' in json ? json.tokens : undefined
}

/** Signs in at the app's own route and holds what it handed out. */
async function signInAt(client: Client, path: string, json: object): Promise<Reply> {
  const reply = await client.send('POST', path, { json })
  const tokens = tokensOf(reply)
  if (typeof tokens === 'object' && tokens !== null && 'access_token' in tokens)
    client.held = { ...client.held, accessToken: String(tokens.access_token) }
  return reply
}

export function signingIn(fixture: Fixture): void {
  it.each(ways)(
    'at the app, %j, sets and clears what the API does, and opens the app',
    async (how, set, cleared) => {
      const { client } = await setUp(fixture)
      const person = client()
      const reply = await signInAt(person, '/login', { ...ada, ...how })
      expect(reply.status).toBe(200)
      const sorted = ({ set: some, cleared: others }: ReturnType<typeof cookiesOf>) => [
        some.sort(),
        others.sort(),
      ]
      expect(sorted(cookiesOf(reply))).toEqual([[...set].sort(), [...cleared].sort()])
      expect(reply.headers.get('cache-control')).toBe('private, no-store')

      const atApi = await client().login('ada', password, how)
      expect(sorted(cookiesOf(atApi))).toEqual(sorted(cookiesOf(reply)))
      expect(atApi.headers.get('cache-control')).toContain('no-store')

      const me = await person.send('GET', '/me')
      expect({ status: me.status, json: jsonOf(me) }).toEqual({
        status: 200,
        json: { username: 'ada', plan: 'pro' },
      })
    },
  )

  it.each<[how: object, tokens: unknown]>([
    [{}, null],
    [{ mode: 'hybrid' }, null],
    [
      { mode: 'token' },
      {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 300,
        refresh_token: expect.stringMatching(/^[\w-]{72}$/),
      },
    ],
    [
      { mode: 'token', refresh: 'cookie' },
      { access_token: expect.any(String), token_type: 'Bearer', expires_in: 300 },
    ],
  ])('at the app, %j, hands tokens to those who hold them', async (how, tokens) => {
    const { client } = await setUp(fixture)
    expect(tokensOf(await client().send('POST', '/login', { json: { ...ada, ...how } }))).toEqual(tokens)
  })

  it.each<[mode: Mode]>([['session'], ['token'], ['hybrid']])(
    'at the API, in %s mode, opens the app',
    async (mode) => {
      const { signedIn } = await setUp(fixture)
      const person = await signedIn(mode)
      expect(jsonOf(await person.send('GET', '/me'))).toEqual({ username: 'ada', plan: 'pro' })
      expect((await person.me()).body).toMatchObject({ username: 'ada', mode })
    },
  )

  it.each<[what: string, json: object, status: number, code: string]>([
    ['a wrong password', { ...ada, password: nextPassword }, 401, 'invalid_credentials'],
    ['an unknown user', { username: 'eve', password }, 401, 'invalid_credentials'],
    ['no password', { username: 'ada' }, 400, 'invalid_request'],
    ['a query operator', { username: 'ada', password: { $ne: 1 } }, 400, 'invalid_request'],
    ['a list for a name', { username: ['ada'], password }, 400, 'invalid_request'],
    ['a mode that is none', { ...ada, mode: 'root' }, 400, 'invalid_request'],
  ])('with %s is refused at the app and at the API, and sets nothing', async (_, json, status, code) => {
    const { app, client } = await setUp(fixture)
    for (const path of ['/login', '/auth/login']) {
      const reply = await client().send('POST', path, { json })
      expect(reply).toMatchObject({ ...problem(status, code), setCookies: [] })
      expect(reply.headers.get('cache-control')).toBe('no-store')
    }
    expect(app.failures).toEqual([])
  })

  it('too often says when to come again', async () => {
    const { client } = await setUp(fixture)
    const attempt = () => client().send('POST', '/login', { json: { ...ada, password: nextPassword } })
    for (let times = 0; times < 5; times++) expect((await attempt()).status).toBe(401)
    const reply = await attempt()
    expect(reply).toMatchObject(problem(429, 'too_many_requests'))
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('makes an account and signs in to it', async () => {
    const { client } = await setUp(fixture)
    const person = client()
    const reply = await signInAt(person, '/register', { username: 'eve', password, mode: 'token' })
    expect(reply.status).toBeLessThan(300)
    expect(jsonOf(await person.send('GET', '/me'))).toMatchObject({ username: 'eve' })
    const again = await client().send('POST', '/register', { json: { username: 'eve', password } })
    expect(again).toMatchObject(problem(409, 'username_taken'))
  })

  it('starts a session for whom the app has proven, and for nobody else', async () => {
    const { client, rootId } = await setUp(fixture)
    const person = client()
    const reply = await person.send('POST', '/start', { json: { userId: rootId } })
    expect({ status: reply.status, tokens: tokensOf(reply) }).toEqual({ status: 200, tokens: null })
    expect(jsonOf(await person.send('GET', '/me'))).toMatchObject({ username: 'root' })
    expect((await client().send('POST', '/start', { json: { userId: 'nobody' } })).setCookies).toEqual([])
  })

  it('again in the same browser ends what it held', async () => {
    const { client } = await setUp(fixture)
    const person = client()
    await signInAt(person, '/login', ada)
    const before = person.copy()
    await signInAt(person, '/login', ada)
    expect((await person.send('GET', '/me')).status).toBe(200)
    expect((await before.send('GET', '/me')).status).toBe(401)
  })

  it.each<[mode: Mode]>([['session'], ['token'], ['hybrid']])(
    'out, in %s mode, ends the session, twice alike',
    async (mode) => {
      const { signedIn } = await setUp(fixture)
      const person = await signedIn(mode)
      const before = person.copy()
      expect((await person.send('GET', '/me')).status).toBe(200)
      for (let times = 0; times < 2; times++) {
        const reply = await person.send('POST', '/logout')
        expect({ status: reply.status, json: jsonOf(reply) }).toEqual({
          status: 200,
          json: { message: 'bye' },
        })
        expect(cookiesOf(reply)).toEqual({ set: [], cleared: ['session', 'access', 'refresh'] })
      }
      expect((await before.send('GET', '/me')).status).toBe(401)
    },
  )

  it('out leaves other devices alone', async () => {
    const { signedIn } = await setUp(fixture)
    const [phone, laptop] = [await signedIn('session'), await signedIn('session')]
    await phone.send('POST', '/logout')
    expect((await laptop.send('GET', '/me')).status).toBe(200)
  })
}
