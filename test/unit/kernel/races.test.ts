// Changes that happen in the middle of something else: whichever way it goes, nobody who was shut out is in.

import { describe, expect, test } from 'vitest'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { nextPassword, password, setUps, type World } from '../../support/auth.js'
import { createGate } from '../../support/meddled-store.js'

const grace = 10_000

/** Lets the next verification of a password wait. */
function holdVerification(world: World): { readonly reached: Promise<void>; release(): void } {
  let arrive = (): void => undefined
  let release = (): void => undefined
  const reached = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  world.passwords.beforeVerify = async () => {
    world.passwords.beforeVerify = null
    arrive()
    await released
  }
  return { reached, release: () => release() }
}

async function userIdOf(world: World): Promise<string> {
  return (await (await world.signedIn('session')).me()).body.id ?? ''
}

describe.each(setUps)('on $name', ({ create }) => {
  test.each(modes)(
    'the password changes while the old one is being verified (%s): no session comes of it',
    async (mode) => {
      const world = await create()
      const owner = await world.signedIn('session')
      const verification = holdVerification(world)
      const thief = world.client()
      const signingIn = thief.login('ada', password, { mode })
      await verification.reached
      const changed = await owner.send('POST', '/auth/password', {
        json: { current: password, next: nextPassword },
      })
      expect(changed.status).toBe(204)
      verification.release()
      const reply = await signingIn
      expect([reply.status, reply.body.code]).toEqual([401, 'invalid_credentials'])
      expect(reply.setCookies).toEqual([])
      expect((await owner.send('GET', '/auth/sessions')).body.sessions).toHaveLength(1)
      const { value: rows } = await world.store.opened().sessions.list((await owner.me()).body.id ?? '')
      expect(rows).toHaveLength(1)
    },
  )

  test.each([
    ['disabled', async (world: World, id: string) => world.auth.users.disable(id)],
    ['all sessions ended', async (world: World, id: string) => void (await world.auth.sessions.endAll(id))],
  ])('%s while the password is being verified: no session comes of it', async (_what, act) => {
    const world = await create()
    const id = await userIdOf(world)
    const verification = holdVerification(world)
    const signingIn = world.client().login('ada', password)
    await verification.reached
    await act(world, id)
    verification.release()
    expect((await signingIn).status).toBe(401)
    expect(await world.auth.sessions.list(id)).toEqual([])
  })

  test('disabled between a refresh’s read and its compare-and-set: the token that comes out is refused', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const id = (await client.me()).body.id ?? ''
    world.clock.advance(grace)
    const gate = createGate('sessions.replace')
    world.store.meddle(gate.meddler)
    const refreshing = client.refresh()
    await gate.reached
    await world.auth.users.disable(id)
    gate.open()
    const { status } = await refreshing
    for (const check of ['feed', 'store'] as const) {
      await expect(world.auth.authenticate(client.headers(), { check })).rejects.toMatchObject({
        status: 401,
      })
    }
    expect((await client.refresh()).status).toBe(401)
    expect([409, 401, 200]).toContain(status)
  })

  test('disabled between the two halves of disabling, a refresh that wins its compare-and-set gains nothing', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const id = (await client.me()).body.id ?? ''
    world.clock.advance(grace)
    const writing = createGate('sessions.replace')
    const tidying = createGate('sessions.endAll')
    world.store.meddle(async (call) =>
      call.name === 'sessions.endAll' ? tidying.meddler(call) : writing.meddler(call),
    )
    const refreshing = client.refresh()
    await writing.reached
    const disabling = world.auth.users.disable(id)
    await tidying.reached
    writing.open()
    const reply = await refreshing
    expect(reply.status).toBe(200)
    expect(reply.body.access_token).toBeDefined()
    expect((await client.me()).status).toBe(401)
    expect((await client.copy().refresh()).status).toBe(401)
    await expect(world.auth.authenticate(client.headers(), { check: 'store' })).rejects.toMatchObject({
      status: 401,
    })
    tidying.open()
    await disabling
    expect((await client.me()).status).toBe(401)
  })

  test('signed out between a refresh’s read and its compare-and-set: no token', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const late = client.copy()
    world.clock.advance(grace)
    const gate = createGate('sessions.replace')
    world.store.meddle(gate.meddler)
    const refreshing = client.refresh()
    await gate.reached
    await late.logout()
    gate.open()
    const reply = await refreshing
    expect([reply.status, reply.body.access_token]).toEqual([401, undefined])
  })

  test('roles change between the read of a session and its refresh’s token: the token is outdated, the next is right', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const id = (await client.me()).body.id ?? ''
    world.clock.advance(grace)
    const gate = createGate('sessions.replace')
    world.store.meddle(gate.meddler)
    const refreshing = client.refresh()
    await gate.reached
    await world.setRoles(id, [])
    gate.open()
    expect((await refreshing).status).toBe(200)
    expect((await client.me()).status).toBe(401)
    await client.refresh()
    expect((await client.me()).body.roles).toEqual([])
  })

  test('an ended session whose owner’s password change is still under way cannot spare itself', async () => {
    const world = await create()
    const owner = await world.signedIn('session')
    const thief = await world.signedIn('session')
    const verification = holdVerification(world)
    const changing = thief.send('POST', '/auth/password', {
      json: { current: password, next: 'words that the thief likes' },
    })
    await verification.reached
    expect((await owner.send('DELETE', '/auth/sessions')).status).toBe(200)
    verification.release()
    await changing
    expect((await thief.me()).status).toBe(401)
  })

  test.each(modes)(
    'a session id that is used again opens the new session to no old %s handle (CVE-2025-12390)',
    async (mode) => {
      const world = await create()
      await world.addUser('bob')
      const [ada, bob] = [await world.signedIn(mode), await world.signedIn(mode, 'bob')]
      const { sessions } = world.store.opened()
      const read = async (id: unknown) => (await sessions.find(String(id))).value?.session
      const [old, other] = [
        await read((await ada.me()).body.sessionId),
        await read((await bob.me()).body.sessionId),
      ]
      if (old === undefined || other === undefined) throw new Error('The sessions are there.')
      await sessions.end(old.id)
      expect((await sessions.create({ ...other, id: old.id })).value).toBe(true)
      world.clock.advance(1001)
      expect((await ada.me()).status).toBe(401)
      expect((await ada.refresh()).status).toBe(401)
      expect((await ada.exchange('session')).status).toBe(401)
    },
  )
})
