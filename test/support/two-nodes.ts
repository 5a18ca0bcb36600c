// Two processes on one store, which has a clock of its own. What one changes, the other has to hear.

import type { Mode } from '../../packages/sessera/src/domain/principal.js'
import type { StoreSource } from '../../packages/sessera/src/ports/store.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { createFakeClock, type FakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createWorld, origin, type World, type WorldOptions } from './auth.js'
import { Client, type Held } from './client.js'

export interface TwoNodes {
  readonly a: World
  readonly b: World
  /** Opens the store that both share. */
  readonly source: StoreSource
  readonly userId: string
  /** Time passes, for the store and for both. */
  pass(ms: number): void
  /** Somebody who talks to `a` and holds this. */
  atA(held: Held): Client
  /** Ada, signed in at `b`. */
  signedIn(mode: Mode): Promise<Client>
}

export async function createTwoNodes(options: WorldOptions = {}): Promise<TwoNodes> {
  const storeClock = createFakeClock()
  const source = onClock(options.store ?? memory(), storeClock)
  const b = await createWorld({ ...options, store: source, seed: 'b' })
  const a = await createWorld({ ...options, store: source, seed: 'a', empty: true })
  await a.auth.ready()
  const client = await b.signedIn('session')
  const { id: userId = '' } = (await client.me()).body
  const clocks: readonly FakeClock[] = [storeClock, a.clock, b.clock]
  return {
    a,
    b,
    source,
    userId,
    pass: (ms) => {
      for (const clock of clocks) clock.advance(ms)
    },
    atA: (held) => new Client(origin, (request) => a.auth.fetch(request), held),
    signedIn: (mode) => b.signedIn(mode),
  }
}

/** The same store as a server elsewhere would be: its time is nobody else's. */
function onClock(source: StoreSource, clock: FakeClock): StoreSource {
  return { open: (means) => source.open({ ...means, clock }) }
}
