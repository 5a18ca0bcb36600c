// Hybrid mode: the session cookie decides, the access cookie saves work and is replaced when it cannot.

import { describe, expect, test } from 'vitest'
import { createWorld, password, setUps } from '../../support/auth.js'
import type { Client, Reply } from '../../support/client.js'

function accessCookieOf({ setCookies }: Reply): string | null {
  return (
    setCookies
      .map((cookie) => /^__Host-sessera-access=([^;]+);/.exec(cookie)?.[1])
      .find((value) => value !== undefined) ?? null
  )
}

function withAccess(client: Client, access: string | null): Client {
  const { '__Host-sessera-access': _, ...others } = client.held.cookies
  return client.copy({ cookies: access === null ? others : { ...others, '__Host-sessera-access': access } })
}

describe.each(setUps)('on $name', ({ create }) => {
  test('an expired access cookie beside a valid session cookie: 200, and a new one, never to be cached', async () => {
    const world = await create()
    const client = await world.signedIn('hybrid')
    const old = client.cookie('access')
    world.clock.advance(300_000)
    const reply = await client.me()
    expect(reply.status).toBe(200)
    expect(accessCookieOf(reply)).not.toBe(old)
    expect(reply.headers.get('cache-control')).toBe('private, no-store')
    const next = await client.me()
    expect([next.status, next.setCookies]).toEqual([200, []])
  })

  test.each([
    ['missing', () => null],
    ['junk', () => 'junk'],
    ['of another session of the same user', (_mine: Client, other: Client) => other.cookie('access')],
    [
      'a token that was made for token mode',
      (_mine: Client, _other: Client, tokens: Client) => tokens.held.accessToken,
    ],
    ['the session cookie once more', (mine: Client) => mine.cookie('session')],
  ] as const)('an access cookie that is %s is ignored and replaced', async (_how, pick) => {
    const world = await create()
    const mine = await world.signedIn('hybrid')
    const [other, tokens] = [await world.signedIn('hybrid'), await world.signedIn('token')]
    const { sessionId } = (await mine.me()).body
    const confused = withAccess(mine, pick(mine, other, tokens))
    const reply = await confused.me()
    expect([reply.status, reply.body.sessionId]).toEqual([200, sessionId])
    expect(accessCookieOf(reply)).not.toBeNull()
    expect((await confused.me()).setCookies).toEqual([])
  })

  test('an access cookie of another user never makes one out of the other', async () => {
    const world = await create()
    await world.addUser('bob')
    const [ada, bob] = [await world.signedIn('hybrid'), await world.signedIn('hybrid', 'bob')]
    const reply = await withAccess(ada, bob.cookie('access')).me()
    expect([reply.status, reply.body.username]).toEqual([200, 'ada'])
    expect(accessCookieOf(reply)).not.toBeNull()
  })

  test('the access cookie alone gets in while it is valid, and renews nothing', async () => {
    const world = await create()
    const client = await world.signedIn('hybrid')
    const alone = client.copy({ cookies: { '__Host-sessera-access': client.cookie('access') ?? '' } })
    expect([(await alone.me()).status, (await alone.me()).setCookies]).toEqual([200, []])
    world.clock.advance(300_000)
    const reply = await alone.me()
    expect([reply.status, reply.setCookies]).toEqual([401, []])
  })

  test('a dead session cookie is not saved by a living access cookie', async () => {
    const world = await create()
    const [dead, living] = [await world.signedIn('hybrid'), await world.signedIn('hybrid')]
    await dead.copy().logout()
    const reply = await withAccess(dead, living.cookie('access')).me()
    expect([reply.status, reply.setCookies]).toEqual([401, []])
  })

  test('a password change that takes long still answers, and the renewed cookie works', async () => {
    const world = await create()
    const client = await world.signedIn('hybrid')
    world.clock.advance(300_000)
    world.passwords.beforeVerify = async () => world.clock.advance(5000)
    const reply = await client.send('POST', '/auth/password', {
      json: { current: password, next: 'some other words of length' },
    })
    world.passwords.beforeVerify = null
    expect(reply.status).toBe(204)
    expect(accessCookieOf(reply)).not.toBeNull()
    expect((await client.me()).setCookies).toEqual([])
  })
})

test('check `local` believes an access cookie only beside its own session cookie', async () => {
  const world = await createWorld()
  const client = await world.signedIn('hybrid')
  const other = await world.signedIn('hybrid')
  const local = (who: Client): Promise<unknown> =>
    world.auth.authenticate(who.headers(), { check: 'local' }, { method: 'GET' })
  world.store.forget()
  await local(client)
  expect(world.store.calls).toEqual([])
  await local(withAccess(client, other.cookie('access')))
  expect(world.store.calls).toContain('sessions.find')
})
