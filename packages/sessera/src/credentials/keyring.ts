// The signing keys of all nodes: sealed in the store, published before they sign, kept until the last token they
// signed is over. Every schedule runs on the store's time; a change of keys is a compare-and-set, so one node wins.

import { AuthError, ConfigurationError } from '../errors.js'
import type { Clock } from '../ports/clock.js'
import type { Random } from '../ports/random.js'
import type { KeyStore, StoredKey } from '../ports/store.js'
import {
  type Algorithm,
  algorithms,
  generateKey,
  importKey,
  type KeyMaterial,
  type PublicJwk,
  type SigningKey,
  type VerificationKey,
} from './algorithms.js'
import { openSealedKey, sealKey } from './sealed-key.js'
import type { ServerKeys } from './server-keys.js'

const reloadIntervalMs = 1000
const retirementMarginSeconds = 60
const day = 86_400

export interface KeyringOptions {
  readonly keys: KeyStore
  readonly clock: Clock
  readonly random: Random
  readonly serverKeys: ServerKeys
  /** What new keys are for. Keys of other algorithms serve until they retire. */
  readonly algorithm: Algorithm
  /** The lifetime of an access token: a key is kept that long after it signed the last one. */
  readonly accessTokenSeconds: number
  readonly skewSeconds: number
  /** How long a key is published before it signs. At least twice as long as others may cache the JWKS. Default 600. */
  readonly publishAheadSeconds?: number
  /** How long a key signs. Default 90 days. */
  readonly rotateEverySeconds?: number
}

/** A signing key as an operator may see it. Times are epoch ms by the store's clock. */
export interface KeyInfo {
  readonly kid: string
  readonly algorithm: string
  readonly createdAt: number
  /** From when it signs. Before, it is only published. */
  readonly signsFrom: number
  /** `retiring`: kept until the last token it signed is over. */
  readonly state: 'pending' | 'signing' | 'retiring'
}

export interface Keyring {
  /**
   * Loads the keys, and makes the first one, which signs at once, when there is none. Call it before anything else.
   *
   * @throws ConfigurationError when no server secret opens a stored key.
   */
  ready(): Promise<void>
  /**
   * The key to sign with at `now` (epoch ms, store's time).
   *
   * @throws AuthError `unavailable` when there is no key: before `ready`, or in the instant after an emergency kill.
   */
  signingKey(now: number): SigningKey
  /** The key of that name, signing, pending or retiring; null when this node knows none. */
  findKey(kid: string): VerificationKey | null
  /**
   * For an unknown `kid`: reads the keys from the store. Callers share one read, begun at most once per second: within
   * that second all get the outcome of the last one, a failure included, so that a flood costs one read (ASVS 15.3.2).
   */
  reload(): Promise<void>
  /** For a caller that knows of a change: reads the keys, in a read that begins now. */
  learn(): Promise<void>
  /** Adds a key that signs after `publishAheadSeconds`; answers with its `kid`, or that of the node that was faster. */
  rotate(): Promise<string>
  /**
   * What time brings: learns of keys made elsewhere, rotates by schedule or to the configured algorithm, removes keys
   * whose last token is over. Call it on every node several times within `publishAheadSeconds`.
   */
  tend(): Promise<void>
  /**
   * Emergency kill: once this resolves, tokens under the key are refused here, on other nodes from their next read on.
   * If it was signing, a new key signs at once, before caches of the JWKS know it. False when there is no such key.
   */
  revoke(kid: string): Promise<boolean>
  /** The keys as the store has them now, oldest `signsFrom` first. */
  list(): Promise<readonly KeyInfo[]>
  /** The public keys, pending ones included (RFC 7517 §5). Serve it with a max-age of half of `publishAheadSeconds`. */
  jwks(): { readonly keys: readonly PublicJwk[] }
}

interface HeldKey {
  readonly key: SigningKey
  readonly createdAt: number
  readonly signsFrom: number
}

/** What this node knows: the keys, oldest `signsFrom` first, and the store's time when that was so. */
interface Holding {
  readonly keys: readonly HeldKey[]
  readonly byKid: ReadonlyMap<string, HeldKey>
  readonly now: number
}

/**
 * @example
 * const lifetimes = { accessTokenSeconds: 300, skewSeconds: 5 }
 * const keyring = createKeyring({ keys: store.keys, clock, random, serverKeys, algorithm: 'EdDSA', ...lifetimes })
 * await keyring.ready()
 */
export function createKeyring(options: KeyringOptions): Keyring {
  const { keys: store, clock, random, serverKeys, algorithm } = options
  const publishAheadMs = (options.publishAheadSeconds ?? 600) * 1000
  const rotateEveryMs = (options.rotateEverySeconds ?? 90 * day) * 1000
  const keepMs = (options.accessTokenSeconds + options.skewSeconds + retirementMarginSeconds) * 1000

  let holding: Holding = { keys: [], byKid: new Map(), now: 0 }
  let readsBegun = 0
  let lastHeld = 0
  let shared: { readonly read: Promise<void>; readonly begunAt: number; done: boolean } | null = null

  async function load(): Promise<Holding> {
    readsBegun += 1
    const turn = readsBegun
    const { value, now } = await store.list()
    const keys = value.map((stored) => ({
      key: holding.byKid.get(stored.kid)?.key ?? openStoredKey(stored, serverKeys),
      createdAt: stored.createdAt,
      signsFrom: stored.signsFrom,
    }))
    const loaded = { keys, byKid: new Map(keys.map((held) => [held.key.kid, held])), now }
    // A slow read must not bring back what a later one knows to be gone.
    if (turn > lastHeld) {
      lastHeld = turn
      holding = loaded
    }
    return loaded
  }

  async function loadOrBegin(): Promise<Holding> {
    for (;;) {
      const loaded = await load()
      if (loaded.keys.length > 0) return loaded
      await add(await generateKey(algorithm, random), loaded, loaded.now)
    }
  }

  async function add(made: KeyMaterial, after: Holding, signsFrom: number): Promise<boolean> {
    const { kid } = made
    const sealed = sealKey(made, { serverKeys, random })
    const stored: StoredKey = { kid, algorithm, sealed, createdAt: after.now, signsFrom }
    return (await store.add(stored, after.keys.at(-1)?.key.kid ?? null)).value
  }

  async function addNext(current: Holding): Promise<string> {
    const made = await generateKey(algorithm, random)
    let after = current
    for (;;) {
      const latest = after.keys.at(-1)?.signsFrom ?? 0
      const added = await add(made, after, Math.max(after.now + publishAheadMs, latest + 1))
      after = await loadOrBegin()
      const newest = after.keys.at(-1)
      if (added) return made.kid
      if (newest !== undefined && newest.signsFrom > after.now) return newest.key.kid
    }
  }

  async function rotateWhenDue(current: Holding): Promise<void> {
    const newest = current.keys.at(-1)
    // While one is pending no other is added: two nodes configured differently must not outbid each other for ever.
    if (newest === undefined || newest.signsFrom > current.now) return
    const due = current.now >= newest.signsFrom + rotateEveryMs - publishAheadMs
    if (due || newest.key.algorithm !== algorithm) await addNext(current)
  }

  async function removeRetired(current: Holding): Promise<void> {
    const retired = current.keys.filter((_, index) => {
      const successor = current.keys[index + 1]
      return successor !== undefined && current.now >= successor.signsFrom + keepMs
    })
    for (const { key } of retired) await store.remove(key.kid)
    if (retired.length > 0) await loadOrBegin()
  }

  return {
    ready: async () => rotateWhenDue(await loadOrBegin()),

    signingKey(now) {
      const key = signingAt(holding, now)
      if (key === null) throw new AuthError('unavailable')
      return key
    },

    findKey: (kid) => holding.byKid.get(kid)?.key ?? null,

    reload() {
      const now = clock.monotonic()
      if (shared !== null && (!shared.done || now - shared.begunAt < reloadIntervalMs)) return shared.read
      const begun = { read: loadOrBegin().then(() => undefined), begunAt: now, done: false }
      const finish = (): void => {
        begun.done = true
      }
      begun.read.then(finish, finish)
      shared = begun
      return begun.read
    },

    async learn() {
      await load()
    },

    rotate: async () => addNext(await loadOrBegin()),

    async tend() {
      const current = await loadOrBegin()
      await rotateWhenDue(current)
      await removeRetired(current)
    },

    async revoke(kid) {
      const before = await load()
      if (!before.byKid.has(kid)) return false
      const wasSigning = signingAt(before, before.now)?.kid === kid
      const made = wasSigning ? await generateKey(algorithm, random) : null
      // Removed first: of several who kill the same key, one gets true and replaces it.
      const { value: removed } = await store.remove(kid)
      let after = await load()
      while (removed && made !== null && !(await add(made, after, after.now))) after = await load()
      await loadOrBegin()
      return removed
    },

    list: async () => describe(await load()),

    jwks: () => ({ keys: holding.keys.flatMap(({ key }) => key.jwk ?? []) }),
  }
}

// The oldest key stands in while none has begun: a node whose time lags behind the one that made the first key.
function signingAt({ keys }: Holding, now: number): SigningKey | null {
  return (keys.findLast(({ signsFrom }) => signsFrom <= now) ?? keys[0])?.key ?? null
}

function describe(held: Holding): readonly KeyInfo[] {
  const signing = signingAt(held, held.now)
  return held.keys.map(({ key, createdAt, signsFrom }) => {
    const { kid, algorithm } = key
    const state = key === signing ? 'signing' : signsFrom > held.now ? 'pending' : 'retiring'
    return { kid, algorithm, createdAt, signsFrom, state }
  })
}

function openStoredKey({ kid, algorithm: name, sealed }: StoredKey, serverKeys: ServerKeys): SigningKey {
  const algorithm = algorithms.find((known) => known === name)
  if (algorithm === undefined) {
    throw new ConfigurationError(
      `The store holds a signing key for "${name}", which this version does not know. Run the version that made it, or a later one.`,
    )
  }
  const privateKey = openSealedKey({ kid, algorithm, sealed }, serverKeys)
  if (privateKey === null) {
    throw new ConfigurationError(
      `No server secret opens the signing key "${kid}" in the store. Has the secret changed? Put the one that sealed it back into the list of server secrets, after the new one.`,
    )
  }
  return importKey({ algorithm, kid, privateKey })
}
