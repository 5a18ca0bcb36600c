// What limits are made of: attempts counted in windows, guesses slowed one by one, and the refusal that follows.

import { hash } from 'node:crypto'
import type { BackOff } from '../domain/guesses.js'
import { AuthError } from '../errors.js'
import type { Kernel } from './kernel.js'
import { networkOf } from './network.js'

export interface Limit {
  readonly name: string
  readonly max: number
  readonly windowMs: number
}

/** Attempts in the window that runs, this one included. */
export interface Counted {
  readonly key: string
  readonly count: number
  readonly endsAt: number
  readonly now: number
}

/** Where somebody is refused, for the record. */
export type Cause = 'account' | 'device' | 'address' | 'register' | 'invitation' | 'proof'

/** What is guessed at. */
export interface Target {
  readonly key: string
  readonly cause: Cause
  /** Whose it is; null: nobody's. */
  readonly userId: string | null
}

/** Counts one guess. Null when the last has been made. @throws AuthError `too_many_requests` when it is too early. */
export async function guess(
  kernel: Kernel,
  backOff: BackOff,
  target: Target,
): Promise<{ readonly isLast: boolean } | null> {
  const { value, now } = await kernel.store.limits.guess(target.key, backOff)
  const { verdict, count, nextAt } = value
  if (verdict === 'go') return { isLast: count === backOff.most }
  note(kernel, target, nextAt)
  if (verdict === 'spent') return null
  throw tooMany(nextAt - now)
}

export async function count(kernel: Kernel, { name, windowMs }: Limit, who = ''): Promise<Counted> {
  const key = keyOf(name, who)
  const { value, now } = await kernel.store.limits.count(key, windowMs)
  return { key, now, count: value.count, endsAt: value.endsAt }
}

/** One client, as far as the network tells. @throws AuthError `too_many_requests` beyond the limit. */
export async function countClient(
  kernel: Kernel,
  limit: Limit,
  ip: string | null,
  cause: Cause,
): Promise<void> {
  const counted = await count(kernel, limit, clientOf(ip))
  if (counted.count > limit.max) throw windowFull(kernel, counted, cause)
}

/** What counts as one client. */
export function clientOf(ip: string | null): string {
  return ip === null ? 'unknown' : networkOf(ip)
}

export function windowFull(kernel: Kernel, { key, endsAt, now }: Counted, cause: Cause): AuthError {
  note(kernel, { key, cause, userId: null }, endsAt)
  return tooMany(endsAt - now)
}

export function tooMany(waitMs: number, detail?: string): AuthError {
  return new AuthError('too_many_requests', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    ...(detail === undefined ? {} : { detail }),
  })
}

/** Hashed: a key has a fixed length, and the table does not collect what people type into login fields. */
export function keyOf(name: string, who: string): string {
  return hash('sha256', `${name} ${who}`, 'base64url')
}

/** The first refusal in each wait or window is on record: a flood of attempts must not flood it. */
function note(kernel: Kernel, { key, cause, userId }: Target, endsAt: number): void {
  if (kernel.refusals.isFirst(key, endsAt)) kernel.record('excess_rate_limit_exceeded', { userId, cause })
}
