// The server secret is replaced as docs/guide/production.md says: nobody is signed out, and when the old one goes, nothing
// needs it any more.

import { expect, test } from 'vitest'
import { createHandles } from '../../../packages/sessera/src/credentials/handle.js'
import { createKeyring, type Keyring } from '../../../packages/sessera/src/credentials/keyring.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import type { StoreSource } from '../../../packages/sessera/src/ports/store.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createFakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { createWorld } from '../../support/auth.js'

const old = 'the old server secret, long enough for it'
const next = 'the new server secret, long enough for it'
const minute = 60_000

test('a signing key needs the secret that sealed it until it is gone, twenty minutes after a rotation', async () => {
  const clock = createFakeClock()
  const random = createSeededRandom('rotation')
  const store = await memory().open({ clock, random, keepChangesMs: 10 * minute })
  const keyringOf = (...secrets: string[]): Keyring =>
    createKeyring({
      keys: store.keys,
      clock,
      random,
      serverKeys: createServerKeys(secrets),
      algorithm: 'EdDSA',
      accessTokenSeconds: 300,
      skewSeconds: 5,
    })

  await keyringOf(old).ready()
  await keyringOf(old, next).ready()
  const rotated = keyringOf(next, old)
  await rotated.ready()
  const made = await rotated.rotate()
  await expect(keyringOf(next).ready()).rejects.toThrow(ConfigurationError)

  clock.advance(20 * minute)
  await rotated.tend()
  const alone = keyringOf(next)
  await alone.ready()
  expect(alone.jwks().keys.map(({ kid }) => kid)).toEqual([made])
})

test('a session is held under the new secret after one request, and outlives the old one', async () => {
  const clock = createFakeClock()
  const shared = sharedMemory()
  const worldOf = (seed: string, ...secrets: string[]) =>
    createWorld({
      clock,
      store: shared,
      secrets,
      seed,
      ...(seed === 'first' ? {} : { empty: true as const }),
    })

  const before = await worldOf('first', old)
  const ada = await before.signedIn('session')
  const bob = await before.signedIn('session')
  const during = await worldOf('second', next, old)
  const used = during.client()
  used.held = ada.held
  expect((await used.me()).status).toBe(200)
  expect(used.cookie('session')).not.toBe(ada.cookie('session'))

  const handles = createHandles(createServerKeys([next]))
  expect(handles.parse(used.cookie('session') ?? '', 'session')).not.toBeNull()
  expect(handles.parse(bob.cookie('session') ?? '', 'session')).toBeNull()
})

/** One store for several processes: none of them closes it. */
function sharedMemory(): StoreSource {
  const source = memory()
  let opened: ReturnType<StoreSource['open']> | null = null
  return {
    async open(means) {
      opened ??= source.open(means)
      const store = await opened
      return { ...store, close: async () => undefined }
    },
  }
}
