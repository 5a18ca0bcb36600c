// The life of signing keys by schedule: the first one, rotation, retirement, another algorithm, and how they lie in the store.

import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { signAccessToken } from '../../../packages/sessera/src/credentials/access-token.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { AuthError, ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { createFakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { exampleClaims, outcomeOf, verifyWith } from './forge.js'

import { createSite, day, old, publishedKids } from './key-site.js'

const next = 'the next secret of the server, long too'

describe('the first key', () => {
  test('is made on first use and signs at once', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const key = keyring.signingKey(clock.now())
    expect(store.rows.map(({ kid }) => kid)).toEqual([key.kid])
    expect(keyring.findKey(key.kid)).toBe(key)
    expect(publishedKids(keyring)).toEqual([key.kid])
  })

  test('of 16 nodes that start at once, one makes it', async () => {
    const { clock, store, node } = createSite()
    const nodes = Array.from({ length: 16 }, () => node())
    await Promise.all(nodes.map((keyring) => keyring.ready()))
    expect(store.rows).toHaveLength(1)
    expect(new Set(nodes.map((keyring) => keyring.signingKey(clock.now()).kid)).size).toBe(1)
  })

  test('serves after a restart, and verifies what it signed before', async () => {
    const { clock, store, node } = createSite()
    const before = node()
    await before.ready()
    const token = signAccessToken(exampleClaims, before.signingKey(clock.now()))
    const after = node()
    await after.ready()
    expect(outcomeOf(verifyWith(after.signingKey(clock.now()), token))).toBe('ok')
    expect(store.rows).toHaveLength(1)
  })

  test('serves a node whose time lags behind', async () => {
    const { clock, node } = createSite()
    const keyring = node()
    await keyring.ready()
    expect(keyring.signingKey(clock.now() - 1000).kid).toBe(publishedKids(keyring)[0])
  })

  test('is not there before ready', () => {
    const { clock, node } = createSite()
    expect(() => node().signingKey(clock.now())).toThrow(new AuthError('unavailable'))
  })
})

describe('rotation', () => {
  test('publishes a key ten minutes before it signs', async () => {
    const { clock, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const first = keyring.signingKey(clock.now()).kid
    const second = await keyring.rotate()
    expect(publishedKids(keyring)).toEqual([first, second])
    expect(keyring.findKey(second)).not.toBeNull()
    expect(keyring.signingKey(clock.now() + 599_999).kid).toBe(first)
    expect(keyring.signingKey(clock.now() + 600_000).kid).toBe(second)
  })

  test('of 16 nodes that rotate at once, one makes the key and all name it', async () => {
    const { store, node } = createSite()
    const nodes = Array.from({ length: 16 }, () => node())
    await Promise.all(nodes.map((keyring) => keyring.ready()))
    const kids = await Promise.all(nodes.map((keyring) => keyring.rotate()))
    expect(store.rows).toHaveLength(2)
    expect(new Set(kids)).toEqual(new Set([store.rows[1]?.kid]))
  })

  test('publishes a key as long before it signs as was asked for', async () => {
    const { clock, node } = createSite()
    const keyring = node({ publishAheadSeconds: 60 })
    await keyring.ready()
    const first = keyring.signingKey(clock.now()).kid
    const second = await keyring.rotate()
    expect(keyring.signingKey(clock.now() + 59_999).kid).toBe(first)
    expect(keyring.signingKey(clock.now() + 60_000).kid).toBe(second)
  })

  test('several times in the same instant gives as many keys in order', async () => {
    const { store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const kids = [await keyring.rotate(), await keyring.rotate(), await keyring.rotate()]
    expect(publishedKids(keyring).slice(1)).toEqual(kids)
    expect(new Set(store.rows.map(({ signsFrom }) => signsFrom)).size).toBe(4)
  })

  test('by two nodes at once, with a key pending already, makes one more and both name it', async () => {
    const { store, node } = createSite()
    const [one, other] = [node(), node()]
    await one.ready()
    await other.ready()
    const pending = await one.rotate()
    const kids = await Promise.all([one.rotate(), other.rotate()])
    expect(store.rows).toHaveLength(3)
    expect(new Set(kids)).toEqual(new Set([store.rows[2]?.kid]))
    expect(kids).not.toContain(pending)
  })

  test('names the key that it made, even if another node has added one since', async () => {
    const { store, node } = createSite()
    const [one, other] = [node(), node()]
    await one.ready()
    await other.ready()
    store.onceAfterAdd = () => other.rotate()
    expect(await one.rotate()).toBe(store.rows[1]?.kid)
    expect(store.rows).toHaveLength(3)
  })

  test('that an emergency kill overtakes still gives a key that is published before it signs', async () => {
    const { clock, store, node } = createSite()
    const [one, other] = [node(), node()]
    await one.ready()
    await other.ready()
    const bad = one.signingKey(clock.now()).kid
    store.onceBeforeAdd = () => other.revoke(bad)
    const kid = await one.rotate()
    expect(store.rows.find((row) => row.kid === kid)?.signsFrom).toBe(clock.now() + 600_000)
    expect(one.signingKey(clock.now()).kid).toBe(other.signingKey(clock.now()).kid)
  })

  test('happens by itself, so that the next key signs after 90 days', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const first = keyring.signingKey(clock.now()).kid
    clock.advance(90 * day - 600_001)
    await keyring.tend()
    expect(store.rows).toHaveLength(1)
    clock.advance(1)
    await keyring.tend()
    await keyring.tend()
    expect(store.rows).toHaveLength(2)
    expect(keyring.signingKey(clock.now()).kid).toBe(first)
    clock.advance(600_000)
    expect(keyring.signingKey(clock.now()).kid).toBe(store.rows[1]?.kid)
  })

  test('goes by the time of the store, not of the node', async () => {
    const { clock, store, node } = createSite()
    const late = createFakeClock(clock.now() + 365 * day)
    const keyring = node({ clock: late })
    await keyring.ready()
    await keyring.tend()
    expect(store.rows.map(({ signsFrom }) => signsFrom)).toEqual([clock.now()])
  })

  test('never makes two nodes, or a cached JWKS, refuse a good token', async () => {
    const { clock, store, node } = createSite()
    const nodes = [node({ rotateEverySeconds: 3600 }), node({ rotateEverySeconds: 3600 })] as const
    await Promise.all(nodes.map((keyring) => keyring.ready()))
    let cached = nodes[0].jwks()
    const issued: { token: string; kid: string; exp: number }[] = []
    const kids = new Set<string>()

    for (let minute = 0; minute < 240; minute += 1) {
      if (minute % 5 === 0) cached = nodes[(minute / 5) % 2 === 0 ? 0 : 1].jwks()
      const seconds = Math.floor(clock.now() / 1000)
      for (const keyring of nodes) {
        const key = keyring.signingKey(clock.now())
        const times = { iat: seconds, exp: seconds + 300, auth_time: seconds }
        issued.push({
          token: signAccessToken({ ...exampleClaims, ...times }, key),
          kid: key.kid,
          exp: times.exp,
        })
        kids.add(key.kid)
      }
      const jwks = createLocalJWKSet({ keys: [...cached.keys] })
      for (const { token, kid } of issued.filter(({ exp }) => exp > seconds)) {
        for (const keyring of nodes) {
          expect(keyring.findKey(kid)).not.toBeNull()
          expect(
            outcomeOf(
              verifyWith(keyring.signingKey(clock.now()), token, {
                findKey: keyring.findKey,
                now: clock.now(),
              }),
            ),
          ).toBe('ok')
        }
        const verified = await jwtVerify(token, jwks, { currentDate: new Date(clock.now()) })
        expect(verified.protectedHeader.kid).toBe(kid)
      }
      clock.advance(60_000)
      await nodes[minute % 2 === 0 ? 0 : 1].tend()
      if (minute % 3 === 0) await nodes[0].tend()
    }
    expect(kids.size).toBeGreaterThanOrEqual(4)
    expect(store.rows.length).toBeLessThanOrEqual(2)
  })
})

describe('retirement', () => {
  test('comes after the last token, the skew and a minute, and not before', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    const first = keyring.signingKey(clock.now()).kid
    const second = await keyring.rotate()
    clock.advance(600_000 + 300_000 + 5_000 + 60_000 - 1)
    await keyring.tend()
    expect(publishedKids(keyring)).toEqual([first, second])
    clock.advance(1)
    await keyring.tend()
    expect(publishedKids(keyring)).toEqual([second])
    expect(keyring.findKey(first)).toBeNull()
    expect(store.rows.map(({ kid }) => kid)).toEqual([second])
  })

  test('where there is nothing to retire costs no more than one read of the keys', async () => {
    const { store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    store.lists = 0
    await keyring.tend()
    expect(store.lists).toBe(1)
  })

  test('never takes the only key', async () => {
    const { clock, store, node } = createSite()
    const keyring = node({ rotateEverySeconds: 1e9 })
    await keyring.ready()
    clock.advance(1000 * day)
    await keyring.tend()
    expect(store.rows).toHaveLength(1)
  })
})

test('the list says of every key what it is for, and since when', async () => {
  const { clock, node } = createSite()
  const keyring = node()
  await keyring.ready()
  const first = { kid: keyring.signingKey(clock.now()).kid, algorithm: 'EdDSA', createdAt: clock.now() }
  const begun = clock.now()
  const second = { kid: await keyring.rotate(), algorithm: 'EdDSA', createdAt: begun }
  clock.advance(600_000 - 1)
  expect(await keyring.list()).toEqual([
    { ...first, signsFrom: begun, state: 'signing' },
    { ...second, signsFrom: begun + 600_000, state: 'pending' },
  ])
  clock.advance(1)
  expect((await keyring.list()).map(({ state }) => state)).toEqual(['retiring', 'signing'])
})

describe('another algorithm', () => {
  test('takes over after its key was published', async () => {
    const { clock, node } = createSite()
    const before = node()
    await before.ready()
    const after = node({ algorithm: 'ES256' })
    await after.ready()
    expect(after.signingKey(clock.now()).algorithm).toBe('EdDSA')
    clock.advance(600_000)
    expect(after.signingKey(clock.now()).algorithm).toBe('ES256')
    expect(after.jwks().keys.map(({ alg }) => alg)).toEqual(['EdDSA', 'ES256'])
  })

  test('on one of two nodes does not make them outbid each other', async () => {
    const { clock, store, node } = createSite()
    const [one, other] = [node(), node({ algorithm: 'ES256' })]
    await one.ready()
    await other.ready()
    for (let minute = 0; minute < 120; minute += 1) {
      await one.tend()
      await other.tend()
      expect(store.rows.length).toBeLessThanOrEqual(4)
      clock.advance(60_000)
    }
  })

  test('HS256 signs and publishes nothing', async () => {
    const { clock, node } = createSite()
    const keyring = node({ algorithm: 'HS256' })
    await keyring.ready()
    const key = keyring.signingKey(clock.now())
    expect(outcomeOf(verifyWith(key, signAccessToken(exampleClaims, key)))).toBe('ok')
    expect(key.kid).toMatch(/^[\w-]{22}$/)
    expect(keyring.jwks()).toEqual({ keys: [] })
  })
})

describe('at rest', () => {
  test('keys open under any secret in the list', async () => {
    const { clock, node } = createSite()
    const before = node()
    await before.ready()
    const { kid } = before.signingKey(clock.now())
    const after = node({ serverKeys: createServerKeys([next, old]) })
    await after.ready()
    expect(after.signingKey(clock.now()).kid).toBe(kid)
    const added = await after.rotate()
    const old2 = node({ serverKeys: createServerKeys([old, next]) })
    await old2.ready()
    expect(old2.findKey(added)).not.toBeNull()
  })

  test('keys stay shut under another secret, and the error says what to do', async () => {
    const { node } = createSite()
    await node().ready()
    const starting = node({ serverKeys: createServerKeys([next]) }).ready()
    await expect(starting).rejects.toThrow(ConfigurationError)
    await expect(starting).rejects.toThrow(/No server secret opens .* Put the one that sealed it back/)
  })

  test('a key sealed for another kid or algorithm is refused', async () => {
    const { store, node } = createSite()
    await node().ready()
    const [row] = store.rows
    if (row === undefined) throw new Error('no key')
    for (const change of [{ kid: 'mine' }, { algorithm: 'HS256' }, { algorithm: 'ES256' }]) {
      store.rows = [{ ...row, ...change }]
      await expect(node().ready()).rejects.toThrow(ConfigurationError)
    }
  })

  test('an algorithm of a later version is refused with a sentence', async () => {
    const { store, node } = createSite()
    await node().ready()
    store.rows = store.rows.map((row) => ({ ...row, algorithm: 'ML-DSA-44' }))
    await expect(node().ready()).rejects.toThrow(/"ML-DSA-44", which this version does not know/)
  })

  test('the store never sees a private key', async () => {
    const { clock, store, node } = createSite()
    const keyring = node()
    await keyring.ready()
    await keyring.rotate()
    const jwk = keyring.jwks().keys[0]
    expect(jwk?.kid).toBe(keyring.signingKey(clock.now()).kid)
    for (const { sealed } of store.rows) {
      // The DER prefix of an Ed25519 private key (RFC 8410).
      expect(Buffer.from(sealed, 'base64url').includes(Buffer.from('302e020100300506032b6570', 'hex'))).toBe(
        false,
      )
    }
  })
})
