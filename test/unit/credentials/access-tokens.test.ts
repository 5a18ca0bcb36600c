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
import { exampleClaims } from './forge.js'

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

  test.each<[string, { idleSeconds?: number; endsIn?: number }, number]>([
    ['as long as tokens live', {}, 300],
    ['no longer than the session may go unseen', { idleSeconds: 60 }, 60],
    ['no longer than the session', { endsIn: 100_000 }, 100],
    ['no longer than the whole seconds of the session', { endsIn: 100_999 }, 100],
  ])('is valid %s', async (_what, { idleSeconds = 3600, endsIn = 86_400_000 }, expected) => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const now = clock.now()
    const { session } = subjectAt(now)
    const minted = tokens.mint(
      subjectAt(now, { session: { ...session, idleSeconds, expiresAt: now + endsIn } }),
    )
    expect(minted.lifetimeSeconds).toBe(expected)
    const claims = await tokens.verify(minted.token, now)
    expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBe(expected)
  })

  test('names the client that the session is of', async () => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const { session } = subjectAt(clock.now())
    const { token } = tokens.mint(subjectAt(clock.now(), { session: { ...session, clientId: 'till' } }))
    expect(await tokens.verify(token, clock.now())).toMatchObject({ client_id: 'till' })
  })

  test('has no member for claims of which there are none', async () => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const { profile } = subjectAt(clock.now())
    const { token } = tokens.mint(subjectAt(clock.now(), { profile: { ...profile, claims: {} } }))
    const claims = await tokens.verify(token, clock.now())
    expect(claims).not.toHaveProperty('claims')
    expect(claims === null ? null : tokens.principalOf(claims).claims).toEqual({})
  })

  test('gives its scopes to the principal, one by one', async () => {
    const { tokens } = await createBench().node()
    expect(tokens.principalOf(exampleClaims).scopes).toEqual(['report:read', 'report:write'])
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

describe('the session of a token', () => {
  const year = 366 * 86_400_000

  test.each([
    ['while it is valid', 0, true],
    ['when it is over', 3_600_000, true],
    ['a year later', 300_000 + year - 1, true],
    ['when no session can have lasted so long', 300_000 + year, false],
  ])('%s', async (_when, after, isTold) => {
    const { clock, node } = createBench()
    const { tokens } = await node()
    const what = subjectAt(clock.now())
    const { token } = tokens.mint(what)
    expect(tokens.sessionOf(token, clock.now() + after)).toBe(isTold ? what.session.id : null)
  })

  test('is told of none that is not ours', async () => {
    const { clock, node } = createBench()
    const [ours, theirs] = [await node(), await createBench().node()]
    const { token } = theirs.tokens.mint(subjectAt(clock.now()))
    for (const text of ['', 'a.b.c', token]) expect(ours.tokens.sessionOf(text, clock.now())).toBeNull()
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
