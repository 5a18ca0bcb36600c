// A password change is slow: proving the old one, asking about the new one, hashing it. What ends everything of the user
// meanwhile is not undone by it: whoever held the old password does not get to set the next one.

import { describe, expect, test } from 'vitest'
import {
  atOnce,
  nextPassword,
  password,
  setUps,
  tally,
  type World,
  type WorldOptions,
} from '../../support/auth.js'

const thiefsPassword = 'what the thief would like it to be'

/** A world in which a change of password waits, once it has been asked about, until it is let go. */
async function createSlow(
  create: (options?: WorldOptions) => Promise<World>,
): Promise<{ readonly world: World; readonly asked: Promise<void>; letGo(): void }> {
  let letGo = (): void => undefined
  let isAsked = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve
  })
  const isBreached = async (text: string): Promise<boolean> => {
    if (text !== thiefsPassword) return false
    isAsked()
    await gate
    return false
  }
  return { world: await create({ passwords: { isBreached } }), asked, letGo: () => letGo() }
}

describe.each(setUps)('on $name', ({ create }) => {
  test.each([
    ['an administrator ends all sessions', (world: World, id: string) => world.auth.sessions.endAll(id)],
    [
      'the user is disabled, and enabled again',
      async (world: World, id: string) => {
        await world.auth.users.disable(id)
        await world.auth.users.enable(id)
      },
    ],
    ['everybody is signed out', (world: World) => world.auth.sessions.endEveryone()],
  ])('%s while a thief changes the password: the change fails', async (_, intervene) => {
    const { world, asked, letGo } = await createSlow(create)
    const thief = await world.signedIn('session')
    const { id = '' } = (await thief.me()).body
    const change = thief.send('POST', '/auth/password', { json: { current: password, next: thiefsPassword } })
    await asked
    await intervene(world, id)
    letGo()
    expect((await change).status).toBe(409)
    expect((await world.client().login('ada', thiefsPassword)).status).toBe(401)
    expect((await world.client().login('ada', password)).status).toBe(200)
  })

  test('of several changes that proved the same old password, one wins', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const replies = await atOnce(4, (index) =>
      client.copy().send('POST', '/auth/password', {
        json: { current: password, next: `${nextPassword} ${index}` },
      }),
    )
    expect(tally(replies.map(({ status }) => status))).toEqual({ 204: 1, 409: 3 })
    const winner = replies.findIndex(({ status }) => status === 204)
    expect((await world.client().login('ada', `${nextPassword} ${winner}`)).status).toBe(200)
    expect((await client.me()).status).toBe(200)
  })
})

test('the owner sets a new password by an invitation meanwhile: it stays', async () => {
  const [own] = setUps
  if (own === undefined) throw new Error('There is a set-up with our own table.')
  const { world, asked, letGo } = await createSlow(own.create)
  const thief = await world.signedIn('session')
  const { id = '' } = (await thief.me()).body
  const change = thief.send('POST', '/auth/password', { json: { current: password, next: thiefsPassword } })
  await asked
  const { token } = await world.auth.users.invite(id)
  await world.auth.users.acceptInvitation({ token, password: nextPassword })
  letGo()
  expect((await change).status).toBe(409)
  expect((await world.client().login('ada', thiefsPassword)).status).toBe(401)
  expect((await world.client().login('ada', nextPassword)).status).toBe(200)
})
