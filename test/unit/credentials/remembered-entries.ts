// What the tests of remembered credentials remember.

import type { RememberedEntry } from '../../../packages/sessera/src/credentials/remembered.js'
import { freezePrincipal, type Principal } from '../../../packages/sessera/src/domain/principal.js'
import type { Channel } from '../../../packages/sessera/src/kernel/recognise.js'
import type { Random } from '../../../packages/sessera/src/ports/random.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

export interface Held {
  readonly principal: Principal<object>
  readonly channel: Channel
}

export type Filling = RememberedEntry<Held>

export const endsAt: number = Date.UTC(2026, 0, 2)

/** Everything is well spread. */
export const spread: Random = createSeededRandom('remembered')

/** Everything falls into one bucket, whatever its digest. */
export const noSpread: Random = { bytes: (length) => Buffer.alloc(length) }

/** A digest made by hand. All share the first eight bytes, from which the bucket follows. */
export function keyOf(name: string | number): string {
  return `collides${name}`.padEnd(32, '.')
}

export function heldBy(sessionId: string, userId = 'ada', claims: object = {}): Filling {
  const principal = freezePrincipal({
    kind: 'user',
    id: userId,
    username: userId,
    sessionId,
    mode: 'session',
    roles: ['teller'],
    scopes: [],
    factors: ['pwd'],
    provenAt: endsAt - 1000,
    claims,
  })
  return {
    authenticated: Object.freeze({ principal, channel: 'cookie' }),
    endsAt,
    idleMs: Infinity,
    touchEveryMs: 60_000,
    seenAt: endsAt - 500,
  }
}
