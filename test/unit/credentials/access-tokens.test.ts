// Minting and verifying as the kernel uses them; what the verifier refuses is in access-token-attacks.test.ts.

import { describe, expect, test } from 'vitest'
import {
  type AccessTokens,
  createAccessTokens,
  type TokenSubject,
} from '../../../packages/sessera/src/credentials/access-tokens.js'
import { createKeyring, type Keyring } from '../../../packages/sessera/src/credentials/keyring.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { sessionRecord } from '../../../packages/sessera/src/testing/store-cases/records.js'
import { createMeddledStore, type MeddledStore } from '../../support/meddled-store.js'

const settings = { issuer: 'https://app.example', audience: 'https://app.example', lifetimeSeconds: 300 }

interface Bench {
  readonly clock: FakeClock
  readonly store: MeddledStore
  node(): Promise<{ readonly tokens: AccessTokens; readonly keyring: Keyring }>
}

function createBench(): Bench {
  const clock = createFakeClock()
  const store = createMeddledStore(memory())
  let nodes = 0
  return {
    clock,
    store,
    async node() {
      nodes += 1
      const random = createSeededRandom(`node ${nodes}`)
      const { keys } = await store.source.open({ clock, random, keepChangesMs: 360_000 })
      const serverKeys = createServerKeys(['a server secret for tests, and long enough'])
      const keyring = createKeyring({
        keys,
        clock,
        random,
        serverKeys,
        algorithm: 'EdDSA',
        accessTokenSeconds: 300,
        skewSeconds: 5,
      })
      await keyring.ready()
      return { keyring, tokens: createAccessTokens({ ...settings, keyring, random }) }
    },
  }
}

function subjectAt(now: number, changes: Partial<TokenSubject> = {}): TokenSubject {
  const provenAt = Math.floor(now / 1000) * 1000 - 60_000
  return {
    session: sessionRecord({ id: 'AAECAwQFBgcICQoLDA0ODw', mode: 'token', provenAt, clientId: null }),
    subject: { userId: 'u-1', epoch: 3, revision: 9, disabledAt: null, spared: null },
    profile: { username: 'Ada', roles: ['teller'], claims: { plan: 'pro' } },
    now,
    ...changes,
  }
}

describe('a minted token', () => {
  test('says what the one read said, and becomes the same principal', async () => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const now = clock.now() + 777
    const what = subjectAt(now)
    const claims = await tokens.verify(tokens.mint(what).token, now)
    expect(claims).toMatchObject({
      iss: 'https://app.example',
      sub: 'u-1',
      client_id: 'sessera',
      sid: what.session.id,
      iat: Math.floor(now / 1000),
      exp: Math.floor(now / 1000) + 300,
      epoch: 3,
      revision: 9,
      mode: 'token',
    })
    expect(claims === null ? null : tokens.principalOf(claims)).toEqual({
      kind: 'user',
      id: 'u-1',
      username: 'Ada',
      sessionId: what.session.id,
      mode: 'token',
      roles: ['teller'],
      scopes: [],
      factors: what.session.factors,
      provenAt: what.session.provenAt,
      claims: { plan: 'pro' },
    })
  })

  test('is another each time', async () => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const what = subjectAt(clock.now())
    expect(tokens.mint(what).token).not.toBe(tokens.mint(what).token)
  })

  test('takes its times from the store, not from the clock of this machine', async () => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const storeNow = clock.now()
    clock.setWall(storeNow + 3_600_000)
    const claims = await tokens.verify(tokens.mint(subjectAt(storeNow)).token, storeNow)
    expect(claims?.iat).toBe(storeNow / 1000)
  })

  test.each([
    [0, true],
    [299_999, true],
    [304_999, true],
    [305_000, false],
    [-5_000, true],
    [-5_001, false],
  ])('%i ms after it was minted: valid %s (5 s of skew)', async (after, valid) => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const token = tokens.mint(subjectAt(clock.now())).token
    expect((await tokens.verify(token, clock.now() + after)) !== null).toBe(valid)
  })
})

describe('a token by a key that this node has not seen', () => {
  test('is found with one read of the keys, shared by all who ask', async () => {
    const { clock, store, node } = createBench()
    const one = await node()
    const other = await node()
    const kid = await one.keyring.rotate()
    clock.advance(600_000)
    const token = one.tokens.mint(subjectAt(clock.now())).token
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ kid })
    store.forget()
    const found = await Promise.all(Array.from({ length: 50 }, () => other.tokens.verify(token, clock.now())))
    expect(found.every((claims) => claims?.sub === 'u-1')).toBe(true)
    expect(store.calls).toEqual(['keys.list'])
  })

  test('a flood of unknown keys costs at most one read a second', async () => {
    const { clock, store, node } = createBench()
    const { tokens } = await node()
    const [, payload = '', signature = ''] = tokens.mint(subjectAt(clock.now())).token.split('.')
    store.forget()
    for (let index = 0; index < 200; index++) {
      const header = { alg: 'EdDSA', typ: 'at+jwt', kid: `unknown ${index}` }
      const token = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`
      expect(await tokens.verify(token, clock.now())).toBeNull()
      clock.advance(10)
    }
    expect(store.calls.length).toBeLessThanOrEqual(2)
  })

  test('junk that names no key costs no read at all', async () => {
    const { clock, store, node } = createBench()
    const { tokens } = await node()
    const good = tokens.mint(subjectAt(clock.now())).token
    store.forget()
    for (const junk of ['', 'a.b.c', `${good}x`, good.slice(0, -2), `${good}.`, good.replace('.', ' .')]) {
      expect(await tokens.verify(junk, clock.now())).toBeNull()
    }
    expect(store.calls).toEqual([])
  })
})
