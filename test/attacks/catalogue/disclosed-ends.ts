// Disclosed elsewhere: what outlived its user, its end, a restart or a second mark.

import assert from 'node:assert/strict'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import type { World } from '../../support/auth.js'
import type { Client } from '../../support/client.js'
import type { Attack, InsideAttack, Target } from './attack.js'

const grace = 10_000
/** When another process has heard of a change at the latest. */
const bound = 1001

interface Removal {
  readonly line: string
  readonly what: string
  remove(world: World, userId: string): Promise<unknown>
  /** What might bring it back. */
  restore?(world: World, userId: string): Promise<unknown>
}

const removals: readonly Removal[] = [
  {
    line: 'GHSA-2vg6-77g8-24mp',
    what: 'the user is deleted',
    remove: ({ auth }, id) => auth.users.delete(id),
  },
  {
    line: 'CVE-2023-22492',
    what: 'the user is locked, and let in again',
    remove: ({ auth }, id) => auth.users.disable(id),
    restore: ({ auth }, id) => auth.users.enable(id),
  },
  {
    line: 'CVE-2024-46999',
    what: 'the user is deactivated',
    remove: ({ auth }, id) => auth.users.disable(id),
  },
  {
    line: 'CVE-2025-29928',
    what: 'an operator ends each session by its id',
    async remove({ auth }, userId) {
      for (const { id } of await auth.sessions.list(userId)) assert.equal(await auth.sessions.end(id), true)
    },
  },
]

/** Marks before which nothing counts any more: of one user, and of all. */
const marks = {
  'of the user': (world: World, userId: string) => world.auth.sessions.endAll(userId),
  'of everyone': (world: World) => world.auth.sessions.endEveryone(),
} as const

export const disclosedEnds: readonly Attack[] = [
  ...removals.map(
    ({ line, what, remove, restore }): InsideAttack => ({
      line,
      what: `${what}: sessions, tokens and refresh tokens are dead, here and at a second process`,
      inside: true,
      sqlite: true,
      async run(target, { world, another }) {
        const second = (await another()).target
        const { held, id } = await ownerAt(target)
        // Both have seen them: remembered wherever credentials are.
        for (const place of [second, target]) await areAlive(place, held)
        await remove(world, id)
        await areDead(target, held)
        world.clock.advance(bound)
        await areDead(second, held)
        await restore?.(world, id)
        world.clock.advance(bound)
        for (const place of [target, second]) await areDead(place, held)
      },
    }),
  ),
  {
    line: 'CVE-2026-9802',
    what: 'a refresh token that was used, and one that was revoked, after a restart',
    inside: true,
    sqlite: true,
    async run(target, { world, another }) {
      const client = await target.signedIn('token')
      const used = client.copy()
      world.clock.advance(grace)
      assert.equal((await client.refresh()).status, 200)
      const revoked = await target.signedIn('token')
      await revoked.copy().logout()
      world.clock.advance(grace)
      await world.auth.close()
      const restarted = (await another()).target
      assert.equal((await at(restarted, revoked).refresh()).status, 401, 'revoked, and alive')
      assert.equal((await at(restarted, used).refresh()).status, 401, 'used, and good once more')
      assert.equal(
        (await at(restarted, client).refresh()).status,
        401,
        'the family of a replayed token lives',
      )
    },
  },
  ...(
    [
      ['of the user', 'of everyone'],
      ['of everyone', 'of the user'],
    ] as const
  ).map(
    ([first, then]): InsideAttack => ({
      line: 'CVE-2026-8922',
      what: `two marks, the one ${first} and then the one ${then}: whatever is before either is dead`,
      inside: true,
      sqlite: true,
      async run(target, { world, another }) {
        const second = (await another()).target
        const { held: before, id } = await ownerAt(target)
        await areAlive(second, before)
        world.clock.advance(bound)
        await marks[first](world, id)
        world.clock.advance(bound)
        const { held: between } = await ownerAt(target)
        await areAlive(second, between)
        await marks[then](world, id)
        world.clock.advance(bound)
        const { held: after } = await ownerAt(target)
        const late = (await another()).target
        for (const place of [target, second, late]) {
          await areDead(place, [...before, ...between])
          await areAlive(place, after)
        }
      },
    }),
  ),
  {
    line: 'CVE-2026-8922',
    what: 'a session that is spared by the one mark, and was ended by the other',
    inside: true,
    sqlite: true,
    async run(target, { world, another }) {
      const second = (await another()).target
      const { held, id } = await ownerAt(target)
      const ids = await Promise.all(held.map(async (client) => (await client.me()).body.sessionId ?? ''))
      await world.auth.sessions.endEveryone()
      for (const except of ids) await world.auth.sessions.endAll(id, { except })
      world.clock.advance(bound)
      for (const place of [target, second]) await areDead(place, held)
    },
  },
]

/** The owner, signed in once in each mode. */
async function ownerAt(target: Target): Promise<{ readonly held: readonly Client[]; readonly id: string }> {
  const held: Client[] = []
  for (const mode of modes) held.push(await target.signedIn(mode))
  const { id = '' } = (await held[0]?.me())?.body ?? {}
  return { held, id }
}

/** The same credentials, presented there. */
export function at(target: Target, { held }: Client): Client {
  return target.client().copy(held)
}

async function areAlive(target: Target, clients: readonly Client[]): Promise<void> {
  for (const client of clients) assert.equal((await at(target, client).me()).status, 200, 'it is dead')
}

async function areDead(target: Target, clients: readonly Client[]): Promise<void> {
  for (const client of clients) {
    const there = (): Client => at(target, client)
    assert.equal((await there().me()).status, 401, 'it is alive')
    assert.equal((await there().send('GET', '/auth/sessions')).status, 401, 'it lists')
    assert.equal((await there().refresh()).status, 401, 'it refreshes')
    assert.equal((await there().exchange('token')).status, 401, 'it exchanges')
  }
}
