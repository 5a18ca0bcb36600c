// Invitations set a password once, for whom they were made, while nothing else has happened to them; else all alike are refused.

import { describe, expect, test } from 'vitest'
import type { Answer, UserWithSubject } from '../../../packages/sessera/src/ports/store.js'
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
import { createTwoNodes } from '../../support/two-nodes.js'

const ownTables = setUps.filter(({ name }) => name !== "the app's own users")
const minute = 60_000
const day = 24 * 60 * minute

const invited = async (world: World, username = 'grace'): Promise<{ id: string; token: string }> => {
  const { id } = await world.auth.users.create({ username })
  return { id, token: (await world.auth.users.invite(id)).token }
}

/** `accepted`, or the code of the refusal. */
async function accept(world: World, token: string, text = nextPassword): Promise<string> {
  try {
    await world.auth.users.acceptInvitation({ token, password: text })
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

const signInStatus = async (world: World, username: string, text: string): Promise<number> =>
  (await world.client().login(username, text)).status

describe.each(ownTables)('on $name', ({ create }) => {
  test('whoever is invited sets a password, is not signed in by it, and signs in with it', async () => {
    const world = await create()
    const { id, token } = await invited(world)
    expect((await world.auth.users.find({ id }))?.hasPassword).toBe(false)
    expect(await signInStatus(world, 'grace', nextPassword)).toBe(401)
    expect(await accept(world, token)).toBe('accepted')
    expect((await world.auth.users.find({ id }))?.hasPassword).toBe(true)
    expect(await world.auth.sessions.list(id)).toEqual([])
    expect(await signInStatus(world, 'grace', nextPassword)).toBe(200)
  })

  test('of fifty at once with one invitation, one sets the password and the others are refused', async () => {
    const world = await create()
    const { token } = await invited(world)
    const outcomes = await atOnce(50, (index) =>
      world.auth.audit.attribute({ ip: `192.0.2.${index}` }, () =>
        accept(world, token, `${nextPassword} ${index}`),
      ),
    )
    expect(tally(outcomes)).toEqual({ accepted: 1, invitation_refused: 49 })
    const winner = outcomes.indexOf('accepted')
    expect(await signInStatus(world, 'grace', `${nextPassword} ${winner}`)).toBe(200)
    expect(await signInStatus(world, 'grace', `${nextPassword} ${(winner + 1) % 50}`)).toBe(401)
  })

  const endings: readonly { readonly what: string; end(world: World, id: string): Promise<unknown> }[] = [
    { what: 'a newer invitation', end: ({ auth }, id) => auth.users.invite(id) },
    { what: 'the end of all sessions', end: ({ auth }, id) => auth.sessions.endAll(id) },
    { what: 'the end of everything of everyone', end: ({ auth }) => auth.sessions.endEveryone() },
    { what: 'deletion', end: ({ auth }, id) => auth.users.delete(id) },
    { what: 'disabling', end: ({ auth }, id) => auth.users.disable(id) },
    {
      what: 'disabling and enabling again',
      async end({ auth }, id) {
        await auth.users.disable(id)
        await auth.users.enable(id)
      },
    },
    {
      what: 'a password that was set behind it',
      end: async ({ auth }, id) => {
        const { token } = await auth.users.invite(id)
        await auth.users.acceptInvitation({ token, password })
      },
    },
    { what: 'the hash alone becoming another', end: replaceHash },
  ]

  test.each(endings)('ends with $what, for those without a password and those with one', async ({ end }) => {
    const world = await create()
    const first = await invited(world)
    const ada = (await world.auth.users.find({ username: 'ada' }))?.id ?? ''
    const reset = (await world.auth.users.invite(ada)).token
    for (const [id, token] of [
      [first.id, first.token],
      [ada, reset],
    ] as const) {
      await end(world, id)
      expect(await accept(world, token, 'a password of a thief')).toBe('invitation_refused')
    }
    expect(await signInStatus(world, 'grace', 'a password of a thief')).toBe(401)
    expect(await signInStatus(world, 'ada', 'a password of a thief')).toBe(401)
  })

  test('used, it is refused', async () => {
    const world = await create()
    const { token } = await invited(world)
    expect(await accept(world, token)).toBe('accepted')
    expect(await accept(world, token)).toBe('invitation_refused')
  })

  test('it waits a week for a first password, and half an hour for a new one', async () => {
    for (const [has, lifetime] of [
      [false, 7 * day],
      [true, 30 * minute],
    ] as const) {
      for (const [ahead, outcome] of [
        [-1, 'accepted'],
        [0, 'invitation_refused'],
      ] as const) {
        const world = await create()
        const { id } = await world.auth.users.create({ username: 'grace', ...(has ? { password } : {}) })
        const { token, expiresAt } = await world.auth.users.invite(id)
        expect(expiresAt).toBe(world.clock.now() + lifetime)
        world.clock.advance(lifetime + ahead)
        expect([has, ahead, await accept(world, token)]).toEqual([has, ahead, outcome])
      }
    }
  })

  test('whoever has a password stays signed in until the new one is set, then everything of theirs ends', async () => {
    const world = await create()
    const [session, token] = [await world.signedIn('session'), await world.signedIn('token')]
    const id = (await session.me()).body.id ?? ''
    const invitation = await world.auth.users.invite(id)
    expect((await session.me()).status).toBe(200)
    expect((await token.copy().refresh()).status).toBe(200)
    expect(await signInStatus(world, 'ada', password)).toBe(200)

    expect(await accept(world, invitation.token)).toBe('accepted')
    expect((await session.me()).status).toBe(401)
    expect((await token.me()).status).toBe(401)
    expect((await token.refresh()).status).toBe(401)
    expect(await signInStatus(world, 'ada', password)).toBe(401)
    expect(await signInStatus(world, 'ada', nextPassword)).toBe(200)
  })

  test('a first invitation survives what an administrator sets up meanwhile', async () => {
    const world = await create()
    const { id, token } = await invited(world)
    await world.auth.users.setRoles(id, ['teller'])
    await world.auth.users.setClaims(id, { team: 'north' })
    expect(await accept(world, token)).toBe('accepted')
  })

  test('a password that will not do leaves the invitation as it is', async () => {
    const world = await create()
    const { token } = await invited(world)
    expect(await accept(world, token, 'short')).toBe('password_unacceptable')
    expect(await accept(world, token, 'grace grace grace grace')).toBe('password_unacceptable')
    expect(await accept(world, token)).toBe('accepted')
  })
})

async function replaceHash(world: World, id: string): Promise<void> {
  const { users } = world.store.opened()
  const hash = (await users.find(id)).value?.user.passwordHash ?? null
  if (hash === null) await users.replacePassword(id, 'plain:another', null, null)
  else await users.upgradePassword(id, hash, 'plain:another')
}

test('all refusals look alike, and none hashes a password', async () => {
  const world = await createWorld()
  const hashed: string[] = []
  const { hash } = world.passwords
  Object.assign(world.passwords, {
    hash: (text: string) => {
      hashed.push(text)
      return hash(text)
    },
  })
  const { id, token } = await invited(world)
  const other = await invited(world, 'hopper')
  const used = await invited(world, 'lovelace')
  await accept(world, used.token)
  const bytes = Buffer.from(token, 'base64url')
  const otherBytes = Buffer.from(other.token, 'base64url')
  const swapped = Buffer.concat([otherBytes.subarray(0, 39), bytes.subarray(39)]).toString('base64url')
  const unknown = Buffer.concat([bytes.subarray(0, 39), Buffer.from('AAAAAAAAAAAAAAAAAAAAAA')])
  const cut = Buffer.concat([bytes, Buffer.from('\0tail')])
  const noId = Buffer.concat([bytes.subarray(0, 39)])
  const huge = Buffer.concat([bytes.subarray(0, 39), Buffer.from('x'.repeat(200))])
  const forged = [swapped, ...[unknown, cut, noId, huge].map((made) => made.toString('base64url'))]
  hashed.length = 0
  const refusals = new Set<string>()
  for (const text of [...forged, used.token, '', 'junk', `${token}A`]) {
    const refusal = await world.auth.users.acceptInvitation({ token: text, password: 'short' }).then(
      () => 'accepted',
      ({ code, status, message }) => JSON.stringify({ code, status, message }),
    )
    refusals.add(refusal)
  }
  expect([...refusals]).toHaveLength(1)
  expect([...refusals][0]).toContain('"invitation_refused","status":401')
  expect(hashed).toEqual([])
  expect((await world.auth.users.find({ id }))?.hasPassword).toBe(false)
  expect(await accept(world, token)).toBe('accepted')
})

test('an invitation that another process ends at the last moment is refused', async () => {
  const nodes = await createTwoNodes({ store: memory() })
  const { id, token } = await invited(nodes.b)
  nodes.a.store.meddle(async (call) => {
    if (call.name === 'users.replacePassword') await nodes.b.auth.users.disable(id)
    return call.proceed()
  })
  expect(await accept(nodes.a, token)).toBe('invitation_refused')
  nodes.a.store.meddle(null)
  await nodes.b.auth.users.enable(id)
  expect(await signInStatus(nodes.b, 'grace', nextPassword)).toBe(401)
})

test('whoever is disabled is refused, even if nothing else about them has changed', async () => {
  const world = await createWorld()
  const { token } = await invited(world)
  world.store.meddle(async (call) => {
    const answer = (await call.proceed()) as Answer<UserWithSubject>
    if (call.name !== 'users.find') return answer
    const { user, subject } = answer.value
    return { ...answer, value: { user, subject: { ...subject, disabledAt: answer.now } } }
  })
  expect(await accept(world, token)).toBe('invitation_refused')
  world.store.meddle(null)
  expect(await accept(world, token)).toBe('accepted')
})

test('a reset ends tokens and refresh tokens at every process at once', async () => {
  const nodes = await createTwoNodes({ store: temporarySqlite() })
  const client = await nodes.signedIn('token')
  const atA = nodes.atA(client.held)
  expect((await atA.me()).status).toBe(200)
  const { token } = await nodes.b.auth.users.invite(nodes.userId)
  expect(await accept(nodes.b, token)).toBe('accepted')
  nodes.pass(1001)
  expect((await atA.me()).status).toBe(401)
  expect((await atA.refresh()).status).toBe(401)
})

test('setting a password clears the guesses that strangers have made', async () => {
  const world = await createWorld()
  for (let guess = 0; guess < 12; guess++) await signInStatus(world, 'ada', `wrong ${guess}`)
  expect(await signInStatus(world, 'ada', password)).toBe(429)
  const ada = (await world.auth.users.find({ username: 'ada' }))?.id ?? ''
  expect(await accept(world, (await world.auth.users.invite(ada)).token)).toBe('accepted')
  expect(await signInStatus(world, 'ada', nextPassword)).toBe(200)
})

test('guessing at invitations is limited by address', async () => {
  const world = await createWorld()
  const { token } = await invited(world)
  const tryAt = (ip: string, text: string): Promise<string> =>
    world.auth.audit.attribute({ ip }, () => accept(world, text))
  const outcomes = await atOnce(100, () => tryAt('192.0.2.1', 'junk'))
  const counts = tally(outcomes)
  expect(counts['too_many_requests']).toBeGreaterThan(0)
  expect(counts['invitation_refused']).toBe(100 - (counts['too_many_requests'] ?? 0))
  expect(await tryAt('192.0.2.1', token)).toBe('too_many_requests')
  expect(await tryAt('192.0.2.2', token)).toBe('accepted')
})

describe('an invitation', () => {
  const withLink: WorldOptions = {
    administration: { invitationLink: 'https://app.example/welcome?invitation={token}' },
  }

  test('is a link where there is a page for it', async () => {
    const world = await createWorld(withLink)
    const { id } = await world.auth.users.create({ username: 'grace' })
    const { token, link } = await world.auth.users.invite(id)
    expect(link).toBe(`https://app.example/welcome?invitation=${token}`)
    const plain = await createWorld()
    const { id: other } = await plain.auth.users.create({ username: 'grace' })
    expect((await plain.auth.users.invite(other)).link).toBeNull()
  })

  test('is valid for as long as it is told, from a minute to thirty days', async () => {
    const world = await createWorld()
    const { id } = await world.auth.users.create({ username: 'grace' })
    const now = world.clock.now()
    expect((await world.auth.users.invite(id, { validFor: '1m' })).expiresAt).toBe(now + minute)
    expect((await world.auth.users.invite(id, { validFor: '30d' })).expiresAt).toBe(now + 30 * day)
    for (const validFor of [minute - 1, 30 * day + 1, 0, '59s', '31d']) {
      await expect(world.auth.users.invite(id, { validFor })).rejects.toMatchObject({
        code: 'invalid_request',
      })
    }
    await expect(world.auth.users.invite(id, { validFor: Number.NaN })).rejects.toThrow('not a duration')
  })

  test('is not made for nobody, for the disabled, or when the app keeps its users itself', async () => {
    const world = await createWorld()
    await expect(world.auth.users.invite('nobody')).rejects.toMatchObject({ code: 'not_found' })
    const { id } = await world.auth.users.create({ username: 'grace' })
    await world.auth.users.disable(id)
    await expect(world.auth.users.invite(id)).rejects.toMatchObject({ code: 'conflict' })
    const foreign = await setUps.find(({ name }) => name === "the app's own users")?.create()
    await expect(foreign?.auth.users.invite('1')).rejects.toThrow('keeps its users itself')
    await expect(foreign?.auth.users.acceptInvitation({ token: 'x', password })).rejects.toThrow(
      'keeps its users itself',
    )
  })

  test('ends the sessions of whoever has no password, and says so', async () => {
    const world = await createWorld()
    const { id } = await world.auth.users.create({ username: 'grace' })
    const { sessionId } = await world.auth.sessions.start({ userId: id, factors: ['sso'] })
    await world.auth.users.invite(id)
    expect(await world.auth.sessions.list(id)).toEqual([])
    expect(world.events).toContainEqual({ name: 'sessionEnded', userId: id, sessionId, cause: 'invited' })
  })

  test('that is refused is on record, without whom it names', async () => {
    const world = await createWorld()
    const { id, token } = await invited(world)
    await world.auth.audit.attribute({ ip: '192.0.2.9' }, () => accept(world, `${token}AAAA`))
    const [line] = await world.auth.audit.list()
    expect(line).toMatchObject({
      name: 'authn_password_change_fail',
      cause: 'invitation_refused',
      userId: null,
      ip: '192.0.2.9',
    })
    expect(JSON.stringify(line)).not.toContain(id)
  })

  test('is on record when it is made and when it is used, without itself', async () => {
    const world = await createWorld()
    const { id, token } = await invited(world)
    await accept(world, token)
    const lines = await world.auth.audit.list({ userId: id })
    expect(lines.map(({ name, cause }) => [name, cause])).toEqual([
      ['authn_password_change', 'invitation'],
      ['user_invited', 'welcome'],
      ['user_created', null],
    ])
    expect(JSON.stringify([lines, world.events, world.log])).not.toContain(token.slice(0, 60))
  })
})
