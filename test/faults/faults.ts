// What can go wrong between the kernel and its store, and how time passes meanwhile. A fault strikes the calls it is told.

import { expect, vi } from 'vitest'
import type { Check } from '../../packages/sessera/src/domain/principal.js'
import { AuthError } from '../../packages/sessera/src/errors.js'
import type { World } from '../support/auth.js'
import type { Client, Reply } from '../support/client.js'
import type { Meddler, PassingCall } from '../support/meddled-store.js'

export interface Fault {
  readonly how: string
  /** Whether it is found out by waiting. */
  readonly takesTime: boolean
  strike(call: PassingCall): Promise<unknown>
}

const gone = 'The connection is gone: /var/secret/path'

export const faults: readonly Fault[] = [
  { how: 'rejects', takesTime: false, strike: () => Promise.reject(new Error(gone)) },
  { how: 'answers nothing', takesTime: false, strike: async () => undefined },
  {
    how: 'does it, and loses the answer',
    takesTime: false,
    async strike(call) {
      await call.proceed()
      throw new Error(gone)
    },
  },
  { how: 'hangs', takesTime: true, strike: () => new Promise(() => undefined) },
  {
    how: 'hangs, having done it',
    takesTime: true,
    async strike(call) {
      await call.proceed()
      return new Promise(() => undefined)
    },
  },
]

/** The calls whose name `hit` picks meet the fault, the others pass. */
export function struck({ strike }: Fault, hit: (name: string) => boolean): Meddler {
  return (call) => (hit(call.name) ? strike(call) : call.proceed())
}

/** Time stands still but for `waitFor` and `pass`, until `vi.useRealTimers`. */
export function holdTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
}

type Clocked = Pick<World, 'clock'>

const stepMs = 250

/** Time passes, on the clocks and for timers, which are always a little late. */
export async function pass(worlds: readonly Clocked[], ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    for (const { clock } of worlds) clock.advance(stepMs + 1)
    await vi.advanceTimersByTimeAsync(stepMs)
  }
}

/** The outcome of `work`, which must be there after `ms` of the time that is held, or sooner. */
export async function waitFor<T>(worlds: readonly Clocked[], ms: number, work: Promise<T>): Promise<T> {
  let tookMs = 0
  let isOver = false
  void Promise.allSettled([work]).then(() => {
    isOver = true
  })
  await vi.advanceTimersByTimeAsync(0)
  for (; !isOver && tookMs < 60_000; tookMs += stepMs) await pass(worlds, stepMs)
  if (tookMs > ms) throw new Error(`The outcome took ${tookMs} ms instead of at most ${ms} ms.`)
  return await work
}

/** An answer of the library, as HTTP would give it. */
export interface Outcome {
  readonly status: number
  readonly code: string | null
  readonly retryAfterSeconds: number | null
}

/** What a guard of that level says to what the client holds. */
export async function ask(world: World, client: Client, check: Check): Promise<Outcome> {
  try {
    await world.auth.authenticate(client.headers(), { check }, { method: 'GET' })
    return { status: 200, code: null, retryAfterSeconds: null }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { status, code, retryAfterSeconds } = error
    return { status, code, retryAfterSeconds }
  }
}

/** The same from memory, synchronously. */
export function knows(world: World, client: Client): boolean {
  const credential = client.held.accessToken ?? client.cookie('session') ?? ''
  return world.auth.check(credential) !== null
}

export const passes: Outcome = { status: 200, code: null, retryAfterSeconds: null }
export const unavailable: Outcome = { status: 503, code: 'unavailable', retryAfterSeconds: 1 }

export function expectUnavailable(reply: Reply, context: unknown): void {
  const { status, body, headers } = reply
  expect([context, status, body.code, headers.get('retry-after')]).toEqual([context, 503, 'unavailable', '1'])
  expect(Object.keys(body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type'])
  expect(reply.setCookies).toEqual([])
  expect(reply.text).not.toContain('secret')
}

const reading = /^(?:feed\.read|keys\.list|sessions\.(?:find|list|readData)|(?:users|subjects)\.find\w*)$/

/** Calls that change the store. Attempts are counted, and given back, whatever happens; the record is written when there is time. */
export function writesAmong(calls: readonly string[]): readonly string[] {
  return calls.filter((name) => !reading.test(name) && !/^(?:limits|audit)\./.test(name))
}
