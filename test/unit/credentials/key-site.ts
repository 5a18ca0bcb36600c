// Keyrings of several nodes on one key store, whose pace and order the test decides.

import {
  createKeyring,
  type Keyring,
  type KeyringOptions,
} from '../../../packages/sessera/src/credentials/keyring.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import type { KeyStore, StoredKey } from '../../../packages/sessera/src/ports/store.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

export const day = 86_400_000
export const old = 'an old secret of the server, long enough'

/** A key store in an array. Every answer takes a turn of the event loop; `pace` can make it longer, or fail. */
class ArrayKeyStore implements KeyStore {
  readonly clock: FakeClock
  rows: StoredKey[] = []
  lists = 0
  removals = 0
  pace: () => Promise<unknown> = () => Promise.resolve()
  onceBeforeAdd: (() => Promise<unknown>) | null = null
  onceAfterAdd: (() => Promise<unknown>) | null = null

  constructor(clock: FakeClock) {
    this.clock = clock
  }

  async list(): Promise<{ value: readonly StoredKey[]; now: number }> {
    this.lists += 1
    const value = this.rows.toSorted((a, b) => a.signsFrom - b.signsFrom)
    const now = this.clock.now()
    await this.pace()
    return { value, now }
  }

  async add(key: StoredKey, newest: string | null): Promise<{ value: boolean; now: number }> {
    await this.pace()
    const before = this.onceBeforeAdd
    this.onceBeforeAdd = null
    await before?.()
    const latest = this.rows.toSorted((a, b) => a.signsFrom - b.signsFrom).at(-1)
    const value = (latest?.kid ?? null) === newest
    if (value) this.rows.push(key)
    const after = this.onceAfterAdd
    this.onceAfterAdd = null
    await after?.()
    return { value, now: this.clock.now() }
  }

  async remove(kid: string): Promise<{ value: boolean; now: number }> {
    this.removals += 1
    await this.pace()
    const before = this.rows.length
    this.rows = this.rows.filter((key) => key.kid !== kid)
    return { value: this.rows.length < before, now: this.clock.now() }
  }
}

interface Site {
  readonly clock: FakeClock
  readonly store: ArrayKeyStore
  readonly node: (options?: Partial<KeyringOptions>) => Keyring
}

export function createSite(): Site {
  const clock = createFakeClock()
  const store = new ArrayKeyStore(clock)
  const random = createSeededRandom('keyring')
  return {
    clock,
    store,
    node: (options = {}) =>
      createKeyring({
        keys: store,
        clock,
        random,
        serverKeys: createServerKeys([old]),
        algorithm: 'EdDSA',
        accessTokenSeconds: 300,
        skewSeconds: 5,
        ...options,
      }),
  }
}

export function publishedKids(keyring: Keyring): string[] {
  return keyring.jwks().keys.map(({ kid }) => kid)
}
