// Somebody can always administer: the last one who has the role keeps it, whatever happens at once; the first one is made once.

import { describe, expect, test } from 'vitest'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import {
  atOnce,
  createWorld,
  nextPassword,
  password,
  setUps,
  tally,
  temporarySqlite,
  type World,
  type WorldOptions,
} from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { createTwoNodes } from '../../support/two-nodes.js'

const ownTables = setUps.filter(({ name }) => name !== "the app's own users")
const administered: WorldOptions = { administration: { role: 'admin' } }
const minute = 60_000

interface Loss {
  readonly what: string
  lose(world: World, id: string, how?: { readonly force?: boolean }): Promise<void>
}

const losses: readonly Loss[] = [
  { what: 'losing the role', lose: ({ auth }, id, how) => auth.users.setRoles(id, ['teller'], how) },
  { what: 'being disabled', lose: ({ auth }, id, how) => auth.users.disable(id, how) },
  { what: 'being deleted', lose: ({ auth }, id, how) => auth.users.delete(id, how) },
]

/** `done`, or the code of the refusal. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  )
}

async function enabledAdministrators(world: World): Promise<number> {
  return (await world.auth.users.list({ role: 'admin', disabled: false })).users.length
}

describe.each(ownTables)('on $name', ({ create }) => {
  describe.each(losses)('the last administrator, by $what', ({ lose }) => {
    test('stays, unless somebody insists', async () => {
      const world = await create(administered)
      const id = await world.addUser('grace', ['admin'])
      const client = await world.signedIn('session', 'grace')
      expect(await outcomeOf(lose(world, id))).toBe('last_administrator')
      expect((await client.me()).body.roles).toEqual(['admin'])
      const refused = (await world.auth.audit.list({ userId: id })).map(({ name, cause }) => cause ?? name)
      expect(refused).not.toContain('user_disabled')
      expect(refused).not.toContain('user_deleted')
      expect(refused).toContain('+admin')
      expect(refused).not.toContain('-admin')
      expect(await outcomeOf(lose(world, id, { force: true }))).toBe('done')
      expect(await enabledAdministrators(world)).toBe(0)
    })

    test('goes when another one is enabled, and stays when that one is not', async () => {
      const world = await create(administered)
      const [id, other] = [await world.addUser('grace', ['admin']), await world.addUser('hopper', ['admin'])]
      await world.auth.users.disable(other)
      expect(await outcomeOf(lose(world, id))).toBe('last_administrator')
      await world.auth.users.enable(other)
      expect(await outcomeOf(lose(world, id))).toBe('done')
      expect(await enabledAdministrators(world)).toBe(1)
    })
  })

  test('who has no password yet does not let the last administrator go, and counts once they have', async () => {
    const world = await create(administered)
    const id = await world.addUser('grace', ['admin'])
    const { id: invited } = await world.auth.users.create({ username: 'hopper', roles: ['admin'] })
    for (const { lose } of losses) expect(await outcomeOf(lose(world, id))).toBe('last_administrator')
    const { token } = await world.auth.users.invite(invited)
    await world.auth.users.acceptInvitation({ token, password: nextPassword })
    await world.auth.users.delete(id)
    expect(await enabledAdministrators(world)).toBe(1)
  })

  test.each(losses)('of ten who all go at once by $what, one stays', async ({ lose }) => {
    const world = await create(administered)
    const ids = await atOnce(10, (index) => world.addUser(`admin ${index}`, ['admin']))
    const outcomes = await atOnce(10, (index) => outcomeOf(lose(world, ids[index] ?? '')))
    expect(tally(outcomes)).toEqual({ done: 9, last_administrator: 1 })
    expect(await enabledAdministrators(world)).toBe(1)
  })

  test('two who remove each other at once, each in another way, leave one', async () => {
    for (const one of losses) {
      for (const other of losses) {
        const world = await create(administered)
        const ids = [await world.addUser('grace', ['admin']), await world.addUser('hopper', ['admin'])]
        const outcomes = await Promise.all([
          outcomeOf(one.lose(world, ids[0] ?? '')),
          outcomeOf(other.lose(world, ids[1] ?? '')),
        ])
        expect(tally(outcomes)).toEqual({ done: 1, last_administrator: 1 })
      }
    }
  })

  test('of fifty at once with one link, one becomes the first administrator', async () => {
    const world = await create(administered)
    const { token = '' } = (await world.auth.users.inviteFirstAdministrator()) ?? {}
    const outcomes = await atOnce(50, (index) =>
      world.auth.audit.attribute({ ip: `192.0.2.${index}` }, () =>
        outcomeOf(world.auth.users.createFirstAdministrator({ token, username: `first ${index}`, password })),
      ),
    )
    expect(tally(outcomes)).toEqual({ done: 1, invitation_refused: 49 })
    const { users } = await world.auth.users.list({ role: 'admin' })
    expect(users.map(({ username, roles }) => [username, roles])).toEqual([
      [`first ${outcomes.indexOf('done')}`, ['admin']],
    ])
    expect((await world.client().login(users[0]?.username ?? '', password)).status).toBe(200)
    const lines = await world.auth.audit.list({ userId: users[0]?.id ?? '', order: 'oldest', limit: 2 })
    expect(lines.map(({ name, cause }) => [name, cause])).toEqual([
      ['user_created', null],
      ['privilege_permissions_changed', '+admin'],
    ])
    expect(await world.auth.users.inviteFirstAdministrator()).toBeNull()
  })
})

test('at two processes at once, one stays', async () => {
  const nodes = await createTwoNodes({ store: temporarySqlite(), ...administered })
  const ids = [await nodes.b.addUser('grace', ['admin']), await nodes.b.addUser('hopper', ['admin'])]
  const outcomes = await Promise.all([
    outcomeOf(nodes.a.auth.users.delete(ids[0] ?? '')),
    outcomeOf(nodes.b.auth.users.setRoles(ids[1] ?? '', [])),
  ])
  expect(tally(outcomes)).toEqual({ done: 1, last_administrator: 1 })
})

test('without the option nobody is kept, and nobody is invited to be the first', async () => {
  const world = await createWorld()
  const id = await world.addUser('grace', ['admin'])
  await world.auth.users.setRoles(id, [])
  await world.auth.users.delete(id)
  expect(await world.auth.users.inviteFirstAdministrator()).toBeNull()
  const token = await strangeToken()
  expect(
    await outcomeOf(world.auth.users.createFirstAdministrator({ token, username: 'eve', password })),
  ).toBe('invitation_refused')
})

test('an app that keeps its users itself can disable whom it wants', async () => {
  const world = await createWorld({ foreign: createForeignUsers(), ...administered })
  const id = await world.addUser('grace', ['admin'])
  await world.auth.users.disable(id)
  expect((await world.client().login('grace', password)).status).toBe(401)
})

/** A good link of another deployment with the same secret. */
async function strangeToken(): Promise<string> {
  const other = await createWorld({ ...administered, seed: 'another deployment' })
  return (await other.auth.users.inviteFirstAdministrator())?.token ?? ''
}

describe('the link for the first administrator', () => {
  const first = { username: 'grace', password }
  const tryWith = (world: World, token: string, who: object = {}): Promise<string> =>
    outcomeOf(world.auth.users.createFirstAdministrator({ ...first, ...who, token }))
  const linkOf = async (world: World): Promise<string> =>
    (await world.auth.users.inviteFirstAdministrator())?.token ?? ''

  test('works for a day', async () => {
    for (const [ahead, outcome] of [
      [-1, 'done'],
      [0, 'invitation_refused'],
    ] as const) {
      const world = await createWorld(administered)
      const token = await linkOf(world)
      world.clock.advance(24 * 60 * minute + ahead)
      expect([ahead, await tryWith(world, token)]).toEqual([ahead, outcome])
    }
  })

  test('is refused when it is of another deployment, forged, or an invitation of a user', async () => {
    const world = await createWorld(administered)
    const ada = (await world.auth.users.find({ username: 'ada' }))?.id ?? ''
    const { token: userToken } = await world.auth.users.invite(ada)
    const own = Buffer.from(await linkOf(world), 'base64url')
    const longer = Buffer.from(own)
    longer.writeUIntBE(longer.readUIntBE(1, 6) + 1, 1, 6)
    const named = Buffer.concat([own, Buffer.from(ada)])
    const forged = [longer, named, own.subarray(0, 38)].map((bytes) => bytes.toString('base64url'))
    for (const token of [await strangeToken(), userToken, '', 'junk', ...forged]) {
      expect([token, await tryWith(world, token)]).toEqual([token, 'invitation_refused'])
    }
    const reversed = world.auth.users.acceptInvitation({ token: own.toString('base64url'), password })
    expect(await outcomeOf(reversed)).toBe('invitation_refused')
    expect(await enabledAdministrators(world)).toBe(0)
    const refused = await world.auth.audit.list({ name: 'authz_fail' })
    expect(new Set(refused.map(({ cause }) => cause))).toEqual(new Set(['invitation_refused']))
    expect(refused).toHaveLength(7)
  })

  test('is over when somebody has the role, disabled or not', async () => {
    const world = await createWorld(administered)
    const token = await linkOf(world)
    const id = await world.addUser('hopper', ['admin'])
    expect(await tryWith(world, token)).toBe('invitation_refused')
    await world.auth.users.disable(id, { force: true })
    expect(await tryWith(world, token)).toBe('invitation_refused')
    expect(await tryWith(world, token, { password: 'short' })).toBe('invitation_refused')
    expect(await world.auth.users.inviteFirstAdministrator()).toBeNull()
    await world.auth.users.delete(id, { force: true })
    expect(await tryWith(world, token)).toBe('done')
  })

  test('is over when another process was faster by a moment', async () => {
    const nodes = await createTwoNodes({ store: memory(), ...administered })
    const token = await linkOf(nodes.a)
    nodes.a.store.meddle(async (call) => {
      if (call.name === 'users.createFirst') await nodes.b.addUser('hopper', ['admin'])
      return call.proceed()
    })
    expect(await tryWith(nodes.a, token)).toBe('invitation_refused')
    expect(await enabledAdministrators(nodes.b)).toBe(1)
  })

  test('survives a rotation of the signing keys, and ends with an emergency', async () => {
    const world = await createWorld(administered)
    const token = await linkOf(world)
    const [key] = await world.auth.keys.list()
    await world.auth.keys.rotate()
    const short = await tryWith(world, token, { password: 'short' })
    expect(short).toBe('password_unacceptable')
    await world.auth.keys.revoke(key?.kid ?? '')
    expect(await tryWith(world, token)).toBe('invitation_refused')
  })

  test('is kept by a name that is taken and a password that will not do', async () => {
    const world = await createWorld(administered)
    const token = await linkOf(world)
    expect(await tryWith(world, token, { username: 'Ada' })).toBe('username_taken')
    expect(await tryWith(world, token, { username: '' })).toBe('invalid_request')
    expect(await tryWith(world, token, { password: 'grace grace grace' })).toBe('password_unacceptable')
    expect(await tryWith(world, token)).toBe('done')
  })

  test('makes an administrator and nothing else, whatever is sent along', async () => {
    const world = await createWorld(administered)
    const sent = { roles: ['root'], claims: { plan: 'pro' }, email: 'x', id: 'chosen' }
    expect(await tryWith(world, await linkOf(world), sent)).toBe('done')
    expect(await world.auth.users.find({ username: 'grace' })).toMatchObject({
      roles: ['admin'],
      claims: {},
      email: null,
    })
    expect(await world.auth.users.find({ id: 'chosen' })).toBeNull()
  })

  test('is guessed at no faster than others', async () => {
    const world = await createWorld(administered)
    const token = await linkOf(world)
    const at = (ip: string, text: string): Promise<string> =>
      world.auth.audit.attribute({ ip }, () => tryWith(world, text))
    const counts = tally(await atOnce(100, () => at('192.0.2.1', 'junk')))
    expect(counts['too_many_requests']).toBeGreaterThan(0)
    expect(await at('192.0.2.1', token)).toBe('too_many_requests')
    expect(await at('192.0.2.2', token)).toBe('done')
  })

  test('without a signing key nobody is invited', async () => {
    const world = await createWorld(administered)
    await world.auth.ready()
    world.store.meddle(async (call) =>
      call.name === 'keys.list' ? { value: [], now: world.clock.now() } : call.proceed(),
    )
    expect(await outcomeOf(world.auth.users.inviteFirstAdministrator())).toBe('unavailable')
  })
})

test('who accepts an invitation gets no role by it', async () => {
  const world = await createWorld(administered)
  const { id } = await world.auth.users.create({ username: 'grace', roles: ['teller'] })
  const { token } = await world.auth.users.invite(id)
  const sent = { token, password: nextPassword, roles: ['admin'], userId: 'other' }
  await world.auth.users.acceptInvitation(sent)
  expect((await world.auth.users.find({ id }))?.roles).toEqual(['teller'])
})
