// Keys that are not known or must not count any more: one read for all who ask, and a key that was killed stays dead.

import { describe, expect, test } from 'vitest'
import { generateKey } from '../../../packages/sessera/src/credentials/algorithms.js'
import { sealKey } from '../../../packages/sessera/src/credentials/sealed-key.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'

import { createSite, old, publishedKids } from './key-site.js'

describe('a read of the keys', () => {
  test('happens once for a flood of unknown kids, and once a second', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    store.lists = 0
    await Promise.all(Array.from({ length: 1000 }, () => keyring.reload()))
    expect(store.lists).toBe(1)
    clock.advance(999)
    await Promise.all(Array.from({ length: 1000 }, () => keyring.reload()))
    expect(store.lists).toBe(1)
    clock.advance(1)
    await Promise.all(Array.from({ length: 1000 }, () => keyring.reload()))
    expect(store.lists).toBe(2)
  })

  test('finds a key that another node made', async () => {
    const { node } = createSite()
    const [one, other] = [node(), node()]
    await one.ready()
    await other.ready()
    const kid = await one.rotate()
    expect(other.findKey(kid)).toBeNull()
    await other.reload()
    expect(other.findKey(kid)).not.toBeNull()
  })

  test('opens no key that is open already', async () => {
    const { clock, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const key = keyring.signingKey(clock.now())
    await keyring.reload()
    expect(keyring.findKey(key.kid)).toBe(key)
  })

  test('is joined while it lasts, however long', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    store.lists = 0
    let answer = (): void => {}
    store.pace = () => new Promise<void>((resolve) => (answer = resolve))
    const reads = [keyring.reload()]
    clock.advance(10_000)
    reads.push(keyring.reload())
    expect(store.lists).toBe(1)
    answer()
    await Promise.all(reads)
  })

  test('that fails, fails for all who wait, leaves what was known, and is tried again after a second', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    store.lists = 0
    store.pace = () => Promise.reject(new Error('the store is down'))
    const outcomes = await Promise.allSettled([keyring.reload(), keyring.reload()])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(keyring.reload()).rejects.toThrow('the store is down')
    expect(store.lists).toBe(1)
    expect(keyring.signingKey(clock.now())).toBeDefined()
    store.pace = () => Promise.resolve()
    clock.advance(1000)
    await keyring.reload()
    expect(store.lists).toBe(2)
  })

  test('that is overtaken does not bring back a key that was killed', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const { kid } = keyring.signingKey(clock.now())
    let answer = (): void => {}
    store.pace = () => new Promise<void>((resolve) => (answer = resolve))
    const slow = keyring.reload()
    store.pace = () => Promise.resolve()
    await keyring.revoke(kid)
    answer()
    await slow
    expect(keyring.findKey(kid)).toBeNull()
  })
})

describe('the emergency kill', () => {
  test('replaces the signing key at once', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const bad = keyring.signingKey(clock.now())
    expect(await keyring.revoke(bad.kid)).toBe(true)
    expect(keyring.findKey(bad.kid)).toBeNull()
    const good = keyring.signingKey(clock.now())
    expect(good.kid).not.toBe(bad.kid)
    expect(store.rows.map(({ kid }) => kid)).toEqual([good.kid])
    expect(publishedKids(keyring)).toEqual([good.kid])
  })

  test('does not let an older or a pending key sign instead', async () => {
    const { clock, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const oldest = keyring.signingKey(clock.now()).kid
    const bad = await keyring.rotate()
    clock.advance(600_000)
    const pending = await keyring.rotate()
    await keyring.revoke(bad)
    const now = keyring.signingKey(clock.now()).kid
    expect([oldest, bad, pending]).not.toContain(now)
    expect(keyring.signingKey(clock.now() + 600_000).kid).toBe(pending)
    expect(publishedKids(keyring)).toEqual([oldest, now, pending])
  })

  test('of a key that is only published, or retiring, makes no new one', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const signing = keyring.signingKey(clock.now()).kid
    expect(await keyring.revoke(await keyring.rotate())).toBe(true)
    expect(store.rows.map(({ kid }) => kid)).toEqual([signing])
  })

  test('of an unknown key does nothing', async () => {
    const { store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    expect(await keyring.revoke('__proto__')).toBe(false)
    expect(store.rows).toHaveLength(1)
    expect(store.removals).toBe(0)
  })

  test('by 16 nodes at once happens once', async () => {
    const { clock, store, node } = createSite()
    const nodes = Array.from({ length: 16 }, () => node())
    await Promise.all(nodes.map((keyring) => keyring.ready()))
    const bad = nodes[0]?.signingKey(clock.now()).kid ?? ''
    const outcomes = await Promise.all(nodes.map((keyring) => keyring.revoke(bad)))
    expect(outcomes.filter((done) => done)).toHaveLength(1)
    expect(store.rows).toHaveLength(1)
    expect(store.rows[0]?.kid).not.toBe(bad)
  })

  test('that a rotation overtakes still gives a key that signs now', async () => {
    const { clock, store, node } = createSite()
    const one = node()
    await one.ready()
    const bad = one.signingKey(clock.now()).kid
    // The rotation comes between the kill and the replacement: the only key left is one that is not to sign yet.
    store.onceBeforeAdd = async () => {
      const pending = await generateKey('EdDSA', createSeededRandom('rotation'))
      const sealed = sealKey(pending, {
        serverKeys: createServerKeys([old]),
        random: createSeededRandom('nonce'),
      })
      const at = clock.now()
      store.rows.push({
        kid: pending.kid,
        algorithm: 'EdDSA',
        sealed,
        createdAt: at,
        signsFrom: at + 600_000,
      })
    }
    await one.revoke(bad)
    const now = one.signingKey(clock.now())
    expect(store.rows.find(({ kid }) => kid === now.kid)?.signsFrom).toBeLessThanOrEqual(clock.now())
    expect(store.rows).toHaveLength(2)
  })
})
