// How sessions are watched, step by step: which reads are made, when, how many at once, and whose answer counts.

import { describe, expect, test, vi } from 'vitest'
import type { Change, ChangeKind } from '../../../packages/sessera/src/domain/change.js'
import { findLiveSession, type LiveSession } from '../../../packages/sessera/src/kernel/live-session.js'
import {
  createWatchedSessions,
  type WatchedSessions,
} from '../../../packages/sessera/src/kernel/watched-sessions.js'
import { createFakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { openInside } from './inside.js'
import { holdTime, settle } from './watching.js'

holdTime()

const lookEveryMs = 100

interface Reading {
  readonly sessionId: string
  answer(live: LiveSession | null): void
  fail(): void
}

interface Scene {
  readonly watched: WatchedSessions
  /** Those that wait for their answer come first to last. */
  readonly readings: Reading[]
  /** Ada's, which lasts for an hour from now. */
  readonly live: LiveSession
  readonly knowledge: { isLive: ReturnType<typeof vi.fn>; confirm: ReturnType<typeof vi.fn> }
  readonly clock: ReturnType<typeof createFakeClock>
  /** Watches, with the first read answered. */
  watch(sessionId: string, live?: LiveSession): Promise<{ ended: ReturnType<typeof vi.fn>; stop: () => void }>
  pass(ms: number): Promise<void>
}

async function setScene(): Promise<Scene> {
  const inside = await openInside({ sessions: { idle: '1h' } })
  const { session } = await inside.signIn('session')
  const live = await findLiveSession(inside.kernel, session.id)
  if (live === null) throw new Error('The session is there.')
  const clock = createFakeClock()
  const readings: Reading[] = []
  const knowledge = { isLive: vi.fn(() => true), confirm: vi.fn(async () => true) }
  const quiet = (): void => undefined
  const watched = createWatchedSessions({
    find: (sessionId) =>
      new Promise((resolve, reject) => {
        readings.push({ sessionId, answer: resolve, fail: () => reject(new Error('The store is down.')) })
      }),
    knowledge: () => knowledge,
    clock,
    storeTime: { now: () => clock.now() },
    log: { info: quiet, warn: quiet, error: quiet },
  })
  return {
    watched,
    readings,
    live,
    knowledge,
    clock,
    async watch(sessionId, found = live) {
      const ended = vi.fn()
      const stop = watched.watch(sessionId, ended)
      readings.pop()?.answer(found)
      await settle()
      return { ended, stop }
    },
    async pass(ms) {
      clock.advance(ms)
      await vi.advanceTimersByTimeAsync(ms)
    },
  }
}

const change = (kind: ChangeKind, subject = ''): Change => ({
  seq: 1,
  nonce: 'AAAAAAAAAAA',
  kind,
  subject,
  userId: null,
  epoch: null,
  revision: null,
  spared: null,
  mode: null,
  at: 0,
  keepUntil: 0,
})

test('a timer runs as long as anything is watched, and again when something is', async () => {
  const { watch, watched, knowledge, pass } = await setScene()
  const timers = vi.getTimerCount()
  const [one, two] = [await watch('one'), await watch('two')]
  expect(vi.getTimerCount()).toBe(timers + 1)
  one.stop()
  expect(vi.getTimerCount()).toBe(timers + 1)
  two.stop()
  expect(vi.getTimerCount()).toBe(timers)
  await watch('three')
  knowledge.isLive.mockClear()
  await pass(lookEveryMs)
  expect(knowledge.isLive).toHaveBeenCalled()
  watched.close()
  expect(vi.getTimerCount()).toBe(timers)
})

describe('the answer of a read', () => {
  test('that failed after the watch was over is nobody’s, also when the session is watched anew', async () => {
    const { watched, readings, live } = await setScene()
    watched.watch('one', () => undefined)()
    const ended = vi.fn()
    watched.watch('one', ended)
    const [old, young] = readings
    old?.fail()
    young?.answer(live)
    await settle()
    expect(ended).not.toHaveBeenCalled()
  })

  test('counts for nothing once a later one is there', async () => {
    const { watched, watch, readings, live, pass } = await setScene()
    await watch('one')
    watched.heard(change('everyone'))
    watched.heard(change('everyone'))
    const [old, young] = readings.splice(0)
    young?.answer(live)
    await settle()
    old?.answer({ ...live, session: { ...live.session, idleSeconds: 0 } })
    await settle()
    await pass(lookEveryMs)
    expect(readings).toEqual([])
  })

  test('after everything was closed ends nothing', async () => {
    const { watched, readings } = await setScene()
    const ended = vi.fn()
    watched.watch('one', ended)
    watched.close()
    readings[0]?.answer(null)
    await settle()
    watched.heard(change('session_ended', 'one'))
    await settle()
    expect(ended).not.toHaveBeenCalled()
  })
})

describe('what is heard', () => {
  test.each([
    ['user', 'ada', 1],
    ['user', 'somebody else', 0],
    ['everyone', '', 1],
    ['keys', 'k1', 0],
    ['session_moved', 'one', 0],
  ] as const)('as `%s` of %j is a reason for so many reads: %i', async (kind, who, reads) => {
    const { watched, watch, readings, live } = await setScene()
    await watch('one')
    watched.heard(change(kind, who === 'ada' ? live.session.userId : who))
    expect(readings).toHaveLength(reads)
  })

  test('of a user is a reason to read a session of which nobody knows yet whose it is', async () => {
    const { watched, readings } = await setScene()
    watched.watch('one', () => undefined)
    watched.heard(change('user', 'somebody'))
    expect(readings).toHaveLength(2)
  })

  test('of many sessions is looked into a hundred at a time', async () => {
    const { watched, watch, readings, live } = await setScene()
    for (let index = 0; index < 150; index++) await watch(`session ${index}`)
    watched.doubt()
    expect(readings).toHaveLength(100)
    for (const reading of readings.splice(0)) reading.answer(live)
    await settle()
    expect(readings.map(({ sessionId }) => sessionId)).toContain('session 149')
    expect(readings).toHaveLength(50)
  })
})

describe('ten times a second', () => {
  test('it is asked whether what is known will still do at the next time', async () => {
    const { watch, knowledge, clock, pass } = await setScene()
    await watch('one')
    await pass(lookEveryMs)
    expect(knowledge.isLive).toHaveBeenLastCalledWith({
      wall: clock.now() + lookEveryMs,
      monotonic: clock.monotonic() + lookEveryMs,
    })
    expect(knowledge.confirm).not.toHaveBeenCalled()
  })

  test.each([
    ['it can be confirmed', [false, false], true, 0],
    ['it was confirmed by others meanwhile', [false, true], false, 0],
    ['nobody can confirm it', [false, false], false, 1],
  ] as const)('if it will not, and %s', async (_what, [first, second], confirmed, reads) => {
    const { watch, knowledge, readings, pass } = await setScene()
    await watch('one')
    knowledge.isLive.mockReturnValueOnce(first).mockReturnValueOnce(second)
    knowledge.confirm.mockResolvedValueOnce(confirmed)
    await pass(lookEveryMs)
    expect(readings).toHaveLength(reads)
  })

  test('but not while the last look is under way', async () => {
    const { watch, knowledge, pass } = await setScene()
    await watch('one')
    knowledge.isLive.mockReturnValue(false)
    let confirm = (_: boolean): void => undefined
    knowledge.confirm.mockImplementation(
      () =>
        new Promise((resolve) => {
          confirm = resolve
        }),
    )
    await pass(5 * lookEveryMs)
    expect(knowledge.confirm).toHaveBeenCalledTimes(1)
    confirm(true)
    await settle()
    await pass(lookEveryMs)
    expect(knowledge.confirm).toHaveBeenCalledTimes(2)
  })

  test('what ends by then is read, at its very millisecond', async () => {
    const { watch, readings, clock, live, pass } = await setScene()
    const at = clock.now()
    await watch('one', {
      ...live,
      session: { ...live.session, lastSeenAt: at - live.session.idleSeconds * 1000 + 2 * lookEveryMs },
    })
    await pass(lookEveryMs)
    expect(readings).toHaveLength(0)
    await pass(lookEveryMs)
    expect(readings).toHaveLength(1)
  })
})
