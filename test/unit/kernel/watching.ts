// Sessions watched at one of two processes, and time that passes when told.

import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Client } from '../../support/client.js'
import type { Meddler } from '../../support/meddled-store.js'
import type { TwoNodes } from '../../support/two-nodes.js'

/** Timers and clocks stand still but for `elapse` and `settle`, in every test of the file. */
export function holdTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  })
  afterEach(() => void vi.useRealTimers())
}

/** Time passes for the clocks and for timers, in steps as short as the poll. */
export async function elapse(nodes: Pick<TwoNodes, 'pass'>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 25) {
    nodes.pass(25)
    await vi.advanceTimersByTimeAsync(25)
  }
}

/** The store answers again, and what was waiting for it has been given up. */
export async function comeBack(nodes: TwoNodes): Promise<void> {
  nodes.a.store.meddle(null)
  await elapse(nodes, 2000)
}

/** What has been begun goes as far as it can without time passing. */
export const settle = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0))

export interface Watch {
  readonly client: Client
  readonly sessionId: string
  readonly ended: ReturnType<typeof vi.fn<() => void>>
  readonly stop: () => void
}

/** Ada signs in at `b`; her session is watched at `a`, which has read it. */
export async function watchOne(nodes: TwoNodes): Promise<Watch> {
  const client = await nodes.signedIn('session')
  const sessionId = (await client.me()).body.sessionId ?? ''
  const ended = vi.fn<() => void>()
  const stop = nodes.a.auth.onEnd(sessionId, ended)
  await settle()
  expect(ended).not.toHaveBeenCalled()
  return { client, sessionId, ended, stop }
}

export const background = { follow: 'background' } as const

export const failing =
  (part: string): Meddler =>
  (call) =>
    call.name.startsWith(part) ? Promise.reject(new Error('The store is down.')) : call.proceed()

export const hanging =
  (part: string): Meddler =>
  (call) =>
    call.name.startsWith(part) ? new Promise(() => undefined) : call.proceed()
