// How often one may try. Counted in the store before the work is done, so that a hundred at once count as a hundred.
// Invariant: whether an account exists changes neither how often is counted nor what is answered.

import type { BackOff } from '../domain/guesses.js'
import { parseUsername } from '../domain/username.js'
import {
  type Counted,
  clientOf,
  count,
  countClient,
  guess,
  keyOf,
  type Limit,
  tooMany,
  windowFull,
} from './counting.js'
import type { Kernel } from './kernel.js'

const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

/** At one account, by browsers that nobody has signed in to it with. A hundred in a row are the last (NIST SP 800-63B-4 3.2.2). */
const byStrangers: BackOff = {
  free: 5,
  firstWaitMs: 2 * second,
  longestWaitMs: 15 * minute,
  most: 100,
  forgetMs: 30 * day,
}
/** At one account, by one browser that somebody has signed in to it with. After the last it is a stranger's. */
const byKnownDevice: BackOff = { ...byStrangers, longestWaitMs: 5 * minute }
/** At the password of whoever is signed in, by one session. */
const bySession: BackOff = byKnownDevice
/** The two halves of `byStrangers`: the waits, and the end. */
const pace: BackOff = { ...byStrangers, most: Number.MAX_SAFE_INTEGER }
const total: BackOff = { ...byStrangers, free: byStrangers.most }

const signInPerAddress: Limit = { name: 'sign-in address', max: 300, windowMs: 5 * minute }
/** Of the whole deployment: beyond it, it is under attack, and strangers have fewer attempts at each address. */
const signInEverywhere: Limit = { name: 'sign-in everywhere', max: 600, windowMs: minute }
const perAddressUnderAttack = 10
const registerPerAddress: Limit = { name: 'register address', max: 30, windowMs: 60 * minute }
const invitationPerAddress: Limit = { name: 'invitation address', max: 60, windowMs: 5 * minute }

/** An attempt that turns out to be right takes itself back: what is limited is failing. */
export interface Attempt {
  succeeded(): Promise<void>
  /** There was no room to verify it. */
  untried(): Promise<void>
}

export interface SignInAttempt extends Attempt {
  /** If it fails, strangers may not try the password of this account any more. */
  readonly isLast: boolean
}

/** Whose password is guessed, and with which browser. */
export interface Guesser {
  readonly login: string
  /** Whom the login names; null: nobody. */
  readonly userId: string | null
  readonly ip: string | null
  /** The mark of the browser, as sent. */
  readonly device: string | null
}

/** The first step of a sign-in, before anybody is looked up. Refuses nobody: who is known here is not known yet. */
export function countAddress(kernel: Kernel, ip: string | null): Promise<Counted> {
  return count(kernel, signInPerAddress, clientOf(ip))
}

/**
 * The second step, before the password is verified. A known device has guesses of its own, so that the owner gets in while
 * strangers guess, at the same address too. Whoever has to wait is refused with the right password too, or waiting would limit nothing.
 *
 * @param address what `countAddress` has counted.
 * @throws AuthError `too_many_requests`.
 */
export async function limitSignIn(
  kernel: Kernel,
  { login, userId, ip, device: mark }: Guesser,
  address: Counted,
): Promise<SignInAttempt> {
  const device = kernel.devices.find(mark, userId)
  if (device === null && address.count > signInPerAddress.max) throw windowFull(kernel, address, 'address')
  const everywhere = await count(kernel, signInEverywhere)
  const isUnderAttack = everywhere.count > signInEverywhere.max
  // Where no addresses are known all clients are one, which must not be closed to everybody.
  if (isUnderAttack && device === null && ip !== null && address.count > perAddressUnderAttack) {
    throw windowFull(kernel, address, 'address')
  }
  const guessed = await guessWith(kernel, device, { login, userId })
  return {
    isLast: guessed.isLast,
    async succeeded() {
      const { limits } = kernel.store
      await Promise.all([
        ...guessed.keys.map((key) => limits.clear(key)),
        // One success among many failures must not wipe them out: a sprayer may have an account of its own.
        limits.uncount(address.key),
        limits.uncount(everywhere.key),
      ])
    },
    async untried() {
      const { limits } = kernel.store
      await Promise.all([
        ...guessed.keys.map((key) => limits.unguess(key)),
        limits.uncount(address.key),
        limits.uncount(everywhere.key),
      ])
    },
  }
}

/** Strangers may try again at once: there is a new password, or an administrator says so. */
export async function forgetGuesses(kernel: Kernel, userId: string): Promise<void> {
  const username = kernel.users.own === null ? (await kernel.users.load(userId))?.username : undefined
  for (const [key] of strangersAt(kernel, { login: username ?? '', userId }))
    await kernel.store.limits.clear(key)
}

export async function limitRegister(kernel: Kernel, ip: string | null): Promise<void> {
  await countClient(kernel, registerPerAddress, ip, 'register')
}

export async function limitInvitation(kernel: Kernel, ip: string | null): Promise<void> {
  await countClient(kernel, invitationPerAddress, ip, 'invitation')
}

/**
 * For proofs by somebody who is signed in already: a stolen session must not become a place to guess the password. Each
 * session has its own, so that a thief's guesses do not use up the owner's; after the last it has to sign in again.
 */
export async function limitProof(kernel: Kernel, sessionId: string, userId: string): Promise<Attempt> {
  const key = keyOf('guesses by session', sessionId)
  const guessed = await guess(kernel, bySession, { key, cause: 'proof', userId })
  if (guessed === null) throw tooMany(bySession.longestWaitMs, 'Too many wrong passwords. Sign in again.')
  return {
    succeeded: async () => void (await kernel.store.limits.clear(key)),
    untried: async () => void (await kernel.store.limits.unguess(key)),
  }
}

type Account = Pick<Guesser, 'login' | 'userId'>

/** Counts a guess, and answers with what a right one clears. @throws AuthError `too_many_requests`. */
async function guessWith(
  kernel: Kernel,
  device: string | null,
  { login, userId }: Account,
): Promise<{ readonly isLast: boolean; readonly keys: readonly string[] }> {
  const keys: string[] = []
  if (device !== null) {
    const key = keyOf('guesses by device', `${device} ${userId}`)
    keys.push(key)
    if ((await guess(kernel, byKnownDevice, { key, cause: 'device', userId })) !== null)
      return { isLast: false, keys }
  }
  let isLast = false
  for (const [key, backOff] of strangersAt(kernel, { login, userId })) {
    const guessed = await guess(kernel, backOff, { key, cause: 'account', userId })
    if (guessed === null) throw tooMany(byStrangers.longestWaitMs)
    if (guessed.isLast) isLast = true
    keys.push(key)
  }
  return { isLast, keys }
}

/**
 * Where the guesses of strangers are counted. In our table one name is one user, all of its spellings together. An app's
 * table may take many logins for one user, and only it knows which: there each login has its waits, lest one that waits
 * for what was guessed at another tells that both are somebody; and all of a user's logins together have one end.
 */
function strangersAt(kernel: Kernel, { login, userId }: Account): readonly (readonly [string, BackOff])[] {
  const name = parseUsername(login)?.key ?? login.normalize('NFKC').trim().toLowerCase()
  const account = userId === null ? keyOf('guesses at login', name) : keyOf('guesses at user', userId)
  if (kernel.users.own !== null) return [[account, byStrangers]]
  return [
    [keyOf('pace at login', name), pace],
    [account, total],
  ]
}
