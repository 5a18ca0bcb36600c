// Which cookies each operation sets, clears or leaves alone, in each mode.

import { describe, expect, test } from 'vitest'
import { createWorld, nextPassword, password, type World } from '../../support/auth.js'
import type { Client, Reply } from '../../support/client.js'

const day = 86_400
const kinds = ['session', 'access', 'refresh'] as const

/** For each kind: `set`, `set for N s`, `cleared`, or `-`. */
function cookiesOf({ setCookies }: Reply): readonly string[] {
  return kinds.map((kind) => {
    const [found, ...more] = setCookies.filter((cookie) => cookie.includes(`sessera-${kind}=`))
    if (found === undefined) return '-'
    if (more.length > 0) return 'twice'
    const age = /; Max-Age=(\d+)/.exec(found)?.[1]
    if (age === '0') return 'cleared'
    return age === undefined ? 'set' : `set for ${age} s`
  })
}

const untouched = ['-', '-', '-']
const allCleared = ['cleared', 'cleared', 'cleared']

interface Row {
  readonly does: string
  run(world: World): Promise<Reply>
  readonly cookies: readonly string[]
}

const signIn =
  (how: object) =>
  (world: World): Promise<Reply> =>
    world.client().login('ada', password, how)

const then =
  (how: object, act: (client: Client, world: World) => Promise<Reply>) =>
  async (world: World): Promise<Reply> => {
    const client = world.client()
    await client.login('ada', password, how)
    world.clock.advance(10_000)
    return await act(client, world)
  }

const session = { mode: 'session' }
const token = { mode: 'token' }
const hybrid = { mode: 'hybrid' }
const browserTokens = { mode: 'token', refresh: 'cookie' }
const forgetful = ['set', 'cleared', 'cleared']
const both = ['set', 'set', 'cleared']
const refreshOnly = ['cleared', 'cleared', 'set']
const changePassword = (client: Client): Promise<Reply> =>
  client.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })

const rows: readonly Row[] = [
  { does: 'sign in: session', run: signIn(session), cookies: forgetful },
  { does: 'sign in: token', run: signIn(token), cookies: allCleared },
  { does: 'sign in: token, refresh cookie', run: signIn(browserTokens), cookies: refreshOnly },
  { does: 'sign in: hybrid', run: signIn(hybrid), cookies: both },
  {
    does: 'sign in: session, remembered',
    run: signIn({ ...session, remember: true }),
    cookies: [`set for ${30 * day} s`, 'cleared', 'cleared'],
  },
  {
    does: 'sign in: token, refresh cookie, remembered',
    run: signIn({ ...browserTokens, remember: true }),
    cookies: ['cleared', 'cleared', `set for ${30 * day} s`],
  },
  {
    does: 'sign in: hybrid, remembered',
    run: signIn({ ...hybrid, remember: true }),
    cookies: [`set for ${30 * day} s`, 'set for 300 s', 'cleared'],
  },
  { does: 'refresh: body', run: then(token, (client) => client.refresh()), cookies: untouched },
  { does: 'refresh: cookie', run: then(browserTokens, (client) => client.refresh()), cookies: refreshOnly },
  {
    does: 'refresh: cookie, remembered',
    run: then({ ...browserTokens, remember: true }, (client) => client.refresh()),
    cookies: ['cleared', 'cleared', `set for ${30 * day - 10} s`],
  },
  { does: 'me: session', run: then(session, (client) => client.me()), cookies: untouched },
  { does: 'me: token', run: then(token, (client) => client.me()), cookies: untouched },
  { does: 'me: hybrid', run: then(hybrid, (client) => client.me()), cookies: untouched },
  {
    does: 'reauthenticate: session',
    run: then(session, (client) => client.reauthenticate(password)),
    cookies: forgetful,
  },
  {
    does: 'reauthenticate: token',
    run: then(token, (client) => client.reauthenticate(password)),
    cookies: allCleared,
  },
  {
    does: 'reauthenticate: token, refresh cookie',
    run: then(browserTokens, (client) => client.reauthenticate(password)),
    cookies: refreshOnly,
  },
  {
    does: 'reauthenticate: hybrid',
    run: then(hybrid, (client) => client.reauthenticate(password)),
    cookies: both,
  },
  {
    does: 'reauthenticate with a wrong password',
    run: then(session, (client) => client.reauthenticate('no')),
    cookies: untouched,
  },
  { does: 'session → token', run: then(session, (client) => client.exchange('token')), cookies: allCleared },
  {
    does: 'session → token, refresh cookie',
    run: then(session, (client) => client.exchange('token', { refresh: 'cookie' })),
    cookies: refreshOnly,
  },
  { does: 'session → hybrid', run: then(session, (client) => client.exchange('hybrid')), cookies: both },
  { does: 'token → session', run: then(token, (client) => client.exchange('session')), cookies: forgetful },
  {
    does: 'token in a cookie → session',
    run: then(browserTokens, (client) => client.exchange('session')),
    cookies: forgetful,
  },
  { does: 'hybrid → token', run: then(hybrid, (client) => client.exchange('token')), cookies: allCleared },
  { does: 'password: session', run: then(session, changePassword), cookies: untouched },
  { does: 'sign out: session', run: then(session, (client) => client.logout()), cookies: allCleared },
  { does: 'sign out: token', run: then(token, (client) => client.logout()), cookies: allCleared },
  {
    does: 'sign out: token, refresh cookie',
    run: then(browserTokens, (client) => client.logout()),
    cookies: allCleared,
  },
  { does: 'sign out: hybrid', run: then(hybrid, (client) => client.logout()), cookies: allCleared },
  { does: 'sign out: nobody', run: (world) => world.client().logout(), cookies: allCleared },
  {
    does: 'end all others',
    run: then(session, (client) => client.send('DELETE', '/auth/sessions')),
    cookies: untouched,
  },
  {
    does: 'a wrong password',
    run: (world) => world.client().login('ada', 'four wrong words of length'),
    cookies: untouched,
  },
  {
    does: 'a dead cookie',
    run: then(session, async (client, world) => {
      await world.auth.sessions.end((await client.me()).body.sessionId ?? '')
      return client.me()
    }),
    cookies: untouched,
  },
]

describe('cookies set or cleared (session, access, refresh)', () => {
  test.each(rows)('$does: $cookies', async ({ run, cookies }) => {
    const reply = await run(await createWorld())
    expect(cookiesOf(reply)).toEqual(cookies)
    if (reply.setCookies.length > 0) expect(reply.headers.get('cache-control')).toMatch(/no-store/)
  })
})

test('every cookie is HttpOnly, Secure, SameSite=Lax, prefixed, and without a Domain', async () => {
  const world = await createWorld()
  for (const how of [session, token, hybrid, browserTokens, { ...hybrid, remember: true }]) {
    const { setCookies } = await signIn(how)(world)
    expect(setCookies).toHaveLength(4)
    for (const cookie of setCookies) {
      expect(cookie).toMatch(/^__Host-sessera-(?:session|access|refresh|device)=/)
      expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
      expect(cookie).toMatch(/; Path=\/;/)
      expect(cookie).not.toMatch(/domain/i)
    }
  }
})

test('a new sign-in ends what this browser held before', async () => {
  const world = await createWorld()
  for (const how of [session, hybrid, browserTokens]) {
    const client = world.client()
    await client.login('ada', password, how)
    const before = client.copy()
    await client.login('ada', password, session)
    expect([(await before.me()).status, (await before.refresh()).status]).toEqual([401, 401])
    expect((await client.me()).status).toBe(200)
  }
  expect(
    world.events.filter((event) => event.name === 'sessionEnded' && event.cause === 'replaced'),
  ).toHaveLength(3)
})

test('a failed sign-in ends nothing', async () => {
  const world = await createWorld()
  const client = await world.signedIn('session')
  await client.login('ada', 'four wrong words of length')
  expect((await client.me()).status).toBe(200)
})
