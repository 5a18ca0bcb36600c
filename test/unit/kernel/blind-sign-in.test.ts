// Whoever does not know the password learns nothing of an account: not from the answer, nor from the work behind it, nor
// from what is counted.

import { describe, expect, test } from 'vitest'
import { createWorld, password, setUps, type World } from '../../support/auth.js'
import type { Client, Reply } from '../../support/client.js'
import { faceOf, wrong } from '../../support/guessing.js'

interface Account {
  readonly name: string
  readonly login: string
  /** What the guesser tries. */
  readonly text: string
}

/** Nobody, and one of each kind that may not enter. */
async function accounts(world: World): Promise<readonly Account[]> {
  const disabled = await world.addUser('dora')
  await world.auth.users.disable(disabled)
  await world.addUser('lara')
  if (world.foreign === null) await world.auth.users.create({ username: 'nora' })
  else world.foreign.add({ username: 'nora', passwordHash: null, roles: [] })
  return [
    { name: 'nobody', login: 'nobody', text: password },
    { name: 'wrong', login: 'ada', text: wrong },
    { name: 'disabled, with the right password', login: 'dora', text: password },
    { name: 'disabled, with a wrong one', login: 'lara', text: wrong },
    { name: 'without a password', login: 'nora', text: password },
  ]
}

/** What one attempt did to the store and the hash function. A read of the feed is nobody's doing. */
async function workOf(world: World, attempt: () => Promise<Reply>): Promise<object> {
  world.store.forget()
  const before = world.passwords.verified.length
  const face = faceOf(await attempt())
  const calls = world.store.calls
    .filter((name) => !/^(?:feed|audit)\./.test(name))
    // Of the app's own users: makes sure of a row that is there already, which is one read.
    .map((name) => (name === 'subjects.ensure' ? 'subjects.find' : name))
  return { face, calls, hashes: world.passwords.verified.length - before }
}

/** Everybody guesses once, with that browser. Answers with what it was for nobody, having held the others against it. */
async function step(world: World, all: readonly Account[], client: () => Client): Promise<string> {
  const works: object[] = []
  for (const { login, text } of all) works.push(await workOf(world, () => client().login(login, text)))
  const [first, ...others] = works
  for (const [index, other] of others.entries()) expect(other, all[index + 1]?.name).toEqual(first)
  return JSON.stringify(first)
}

describe.each(setUps)('on $name', ({ create }) => {
  test('guesses that go, and those that come too early, look alike whatever the account', async () => {
    const world = await create()
    const all = await accounts(world)
    const seen: string[] = []
    for (let count = 0; count < 7; count++) seen.push(await step(world, all, () => world.client()))
    expect(seen.map((work) => work.includes('429'))).toEqual([false, false, false, false, false, true, true])
    expect(seen.map((work) => /"hashes":(.)/.exec(work)?.[1])).toEqual(['1', '1', '1', '1', '1', '0', '0'])
  })

  test('the same with the device mark of somebody else', async () => {
    const world = await create()
    const all = await accounts(world)
    await world.addUser('mallory')
    const mallory = await world.signedIn('session', 'mallory')
    for (let count = 0; count < 6; count++) await step(world, all, () => mallory.copy())
  })
})

test('after the last guess all look alike as well', async () => {
  const world = await createWorld()
  const all = await accounts(world)
  const seen: string[] = []
  for (let count = 0; count < 103; count++) {
    seen.push(await step(world, all, () => world.client()))
    world.clock.advance(900_000)
  }
  expect(seen.filter((work) => work.includes('"hashes":1'))).toHaveLength(100)
  expect(new Set(seen.slice(100)).size).toBe(1)
})
