// Signing up and in, in every set-up: who may, who may not, and that nobody can tell why not.

import { describe, expect, test } from 'vitest'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { createWorld, password, setUps, type World } from '../../support/auth.js'
import type { Reply } from '../../support/client.js'

describe.each(setUps)('on $name', ({ create }) => {
  test.each(modes)('a user signs in in %s mode and is recognised', async (mode) => {
    const world = await create()
    const client = world.client()
    const reply = await client.login('Ada', password, { mode })
    expect(reply.status).toBe(200)
    expect(reply.body.session?.mode).toBe(mode)
    expect(reply.body.access_token === undefined).toBe(mode !== 'token')
    const me = await client.me()
    expect(me.status).toBe(200)
    expect(me.body).toMatchObject({
      kind: 'user',
      username: 'ada',
      mode,
      roles: ['teller'],
      sessionId: reply.body.session?.id,
    })
  })

  test('the principal is the same in every mode, but for the mode and the session', async () => {
    const world = await create({
      claims: ({ roles }) => ({ plan: 'pro', count: roles.length, nothing: undefined }),
    })
    const bodies: object[] = []
    for (const mode of modes) {
      const client = await world.signedIn(mode)
      const { sessionId, mode: seen, ...rest } = (await client.me()).body
      expect(seen).toBe(mode)
      expect(sessionId).toMatch(/^[\w-]{22}$/)
      bodies.push(rest)
    }
    expect(bodies[0]).toMatchObject({ claims: { plan: 'pro', count: 1 }, factors: ['pwd'], scopes: [] })
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).toEqual(bodies[0])
  })

  test('unknown, wrong, disabled and without a password look alike and cost one verification each', async () => {
    const world = await create()
    await world.addUser('bob')
    const bob = (await world.signedIn('session', 'bob')).me()
    await world.auth.users.disable((await bob).body.id ?? '')
    await addWithoutPassword(world, 'carol')
    world.store.forget()

    const seen: { readonly status: number; readonly text: string; readonly headers: object }[] = []
    for (const [username, text] of [
      ['nobody', password],
      ['no\u0000body', password],
      ['x'.repeat(300), password],
      ['ada', 'four wrong words of length'],
      ['ada', ''],
      ['bob', password],
      ['carol', password],
      ['carol', ''],
    ] as const) {
      const before = world.passwords.verified.length
      const reply = await world.client().login(username, text)
      expect(world.passwords.verified.length - before, `${username} ${text}`).toBe(1)
      seen.push({ status: reply.status, text: reply.text, headers: headersOf(reply) })
    }
    expect(seen[0]?.status).toBe(401)
    expect(world.store.calls).not.toContain('sessions.create')
    expect(JSON.parse(seen[0]?.text ?? '')).toMatchObject({ code: 'invalid_credentials' })
    for (const other of seen) expect(other).toEqual(seen[0])
    expect(world.events.filter(({ name }) => name === 'signInFailed')).toHaveLength(seen.length)
  })

  test('every sign-in is a session of its own, and the ids are random', async () => {
    const world = await create()
    const ids: unknown[] = []
    for (let index = 0; index < 5; index++)
      ids.push((await (await world.signedIn('session')).me()).body.sessionId)
    expect(new Set(ids).size).toBe(5)
  })

  test('beforeSignIn may refuse, and then nothing begins', async () => {
    const refuse = (): never => {
      throw new AuthError('sign_in_refused', { detail: 'Not on a Sunday.' })
    }
    const world = await create({ beforeSignIn: refuse })
    const reply = await world.client().login('ada', password)
    expect([reply.status, reply.body.code, reply.body.detail]).toEqual([
      403,
      'sign_in_refused',
      'Not on a Sunday.',
    ])
    expect(world.store.calls).not.toContain('sessions.create')
  })

  test('a session can be started for a user whose proof was made elsewhere, and for nobody else', async () => {
    const world = await create()
    const id = (await (await world.signedIn('session')).me()).body.id ?? ''
    const started = await world.auth.sessions.start({ userId: id, mode: 'token', factors: ['hwk'] })
    const authorization = `Bearer ${started.tokens?.access_token}`
    expect(await world.auth.authenticate({ authorization })).toMatchObject({
      id,
      factors: ['hwk'],
      mode: 'token',
    })
    for (const userId of ['nobody', '', 'x'.repeat(129), 'a\0b']) {
      await expect(world.auth.sessions.start({ userId })).rejects.toThrow(AuthError)
    }
    await world.auth.users.disable(id)
    await expect(world.auth.sessions.start({ userId: id })).rejects.toThrow(
      expect.objectContaining({ code: 'invalid_credentials' }),
    )
    await world.auth.users.enable(id)
    await expect(world.auth.sessions.start({ userId: id })).resolves.toBeDefined()
  })
})

describe('signing up', () => {
  const register = (world: World, json: object): Promise<Reply> =>
    world.client().send('POST', '/auth/register', { json })
  const carol = { username: 'Carol', password }

  test('is closed unless the operator opens it, and a closed door does no work', async () => {
    const world = await createWorld()
    world.store.forget()
    expect((await register(world, carol)).body.code).toBe('registration_closed')
    expect(world.store.calls).toEqual([])
  })

  test('makes a user without roles and signs them in', async () => {
    const world = await createWorld({ registration: 'open' })
    const reply = await register(world, { ...carol, mode: 'token' })
    expect(reply.status).toBe(201)
    expect(reply.body).toMatchObject({ user: { username: 'Carol', roles: [] }, session: { mode: 'token' } })
    expect(reply.body.access_token).toBeDefined()
    expect((await world.client().login('carol', password)).status).toBe(200)
  })

  test.each([
    ['a taken name', { ...carol, username: 'ADA' }, 409, 'username_taken'],
    ['a taken name in other letters', { ...carol, username: 'ａｄａ' }, 409, 'username_taken'],
    ['an impossible name', { ...carol, username: 'ca\u202erol' }, 400, 'invalid_request'],
    ['a short password', { ...carol, password: 'short' }, 400, 'password_unacceptable'],
    ['a role of choice', { ...carol, roles: ['admin'] }, 400, 'invalid_request'],
    ['a role of choice, singular', { ...carol, role: 'admin' }, 400, 'invalid_request'],
    ['an id of choice', { ...carol, id: 'root' }, 400, 'invalid_request'],
  ])('refuses %s and writes nothing', async (_what, json, status, code) => {
    const world = await createWorld({ registration: 'open' })
    const reply = await register(world, json)
    expect([reply.status, reply.body.code]).toEqual([status, code])
    expect(world.events.filter(({ name }) => name === 'userCreated')).toHaveLength(1)
    expect(world.store.calls).not.toContain('sessions.create')
  })

  test('sixteen at once with one name make one user', async () => {
    const world = await createWorld({ registration: 'open' })
    const replies = await Promise.all(Array.from({ length: 16 }, () => register(world, carol)))
    expect(replies.map(({ status }) => status).sort()).toEqual([
      201,
      ...Array.from({ length: 15 }, () => 409),
    ])
  })
})

/** Without the one that is another for each request. */
function headersOf({ headers }: Reply): readonly (readonly [string, string])[] {
  return [...headers].filter(([name]) => name !== 'x-request-id')
}

async function addWithoutPassword(world: World, username: string): Promise<void> {
  if (world.foreign === null) await world.auth.users.create({ username })
  else world.foreign.add({ username, passwordHash: null, roles: [] })
}
