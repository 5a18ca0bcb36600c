// How often one may try. Counted in the store before the work is done, so that a hundred at once count as a hundred.

import { hash } from 'node:crypto'
import { parseUsername } from '../domain/username.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'

interface Limit {
  readonly name: string
  readonly max: number
  readonly windowMs: number
}

const signInPerAccount: Limit = { name: 'sign-in account', max: 10, windowMs: 5 * 60_000 }
const signInPerAddress: Limit = { name: 'sign-in address', max: 300, windowMs: 5 * 60_000 }
const registerPerAddress: Limit = { name: 'register address', max: 30, windowMs: 60 * 60_000 }
const provePerUser: Limit = { name: 'prove user', max: 10, windowMs: 5 * 60_000 }

/** An attempt that turns out to be right takes itself back: what is limited is failing. */
export interface Attempt {
  succeeded(): Promise<void>
}

/** Per account and address together: a stranger elsewhere cannot lock the owner out. Per address: spraying. */
export async function limitSignIn(kernel: Kernel, login: string, ip: string | null): Promise<Attempt> {
  const fromAddress = await count(kernel, signInPerAddress, ip ?? 'unknown')
  const atAccount = await count(kernel, signInPerAccount, `${accountOf(login)} ${ip ?? 'unknown'}`)
  return {
    async succeeded() {
      await kernel.store.limits.clear(atAccount)
      // One success among many failures must not wipe them out: a sprayer may have an account of its own.
      await kernel.store.limits.uncount(fromAddress)
    },
  }
}

export async function limitRegister(kernel: Kernel, ip: string | null): Promise<void> {
  await count(kernel, registerPerAddress, ip ?? 'unknown')
}

/** For proofs by somebody who is signed in already: a stolen session must not become a place to guess the password. */
export async function limitProof(kernel: Kernel, userId: string): Promise<Attempt> {
  const key = await count(kernel, provePerUser, userId)
  return {
    async succeeded() {
      await kernel.store.limits.clear(key)
    },
  }
}

/** All spellings of one username count together, or each blank around it would buy ten more guesses. */
function accountOf(login: string): string {
  return parseUsername(login)?.key ?? login.normalize('NFKC').trim().toLowerCase()
}

/** Answers with the key that was counted. @throws AuthError `too_many_requests`. */
async function count(kernel: Kernel, { name, max, windowMs }: Limit, who: string): Promise<string> {
  // Hashed: the key has a fixed length, and the table does not collect what people type into login fields.
  const key = hash('sha256', `${name} ${who}`, 'base64url')
  const { value, now } = await kernel.store.limits.count(key, windowMs)
  if (value.count > max) {
    throw new AuthError('too_many_requests', {
      retryAfterSeconds: Math.max(1, Math.ceil((value.endsAt - now) / 1000)),
    })
  }
  return key
}
