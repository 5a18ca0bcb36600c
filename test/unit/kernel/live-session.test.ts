// The read on which everything rests: who waits for it, how long, and what may still be granted on it.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { authenticate } from '../../../packages/sessera/src/kernel/authenticate.js'
import { grant } from '../../../packages/sessera/src/kernel/grant.js'
import { findHolding } from '../../../packages/sessera/src/kernel/holding.js'
import { findLiveSession, shareLiveSession } from '../../../packages/sessera/src/kernel/live-session.js'
import { rotate } from '../../../packages/sessera/src/kernel/rotate.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { feed, openInside, presentedOf } from './inside.js'
import { hanging } from './watching.js'

afterEach(() => void vi.useRealTimers())

test('a read that does not come in time is made once more', async () => {
  const { kernel, store, signIn } = await openInside()
  const { session } = await signIn('session')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  store.forget()
  store.meddle(hanging('sessions.find'))
  const reading = findLiveSession(kernel, session.id)
  store.meddle(null)
  await vi.advanceTimersByTimeAsync(1000)
  expect((await reading)?.session.id).toBe(session.id)
})

test('a read that fails is not made again', async () => {
  const { kernel, store, signIn } = await openInside()
  const { session } = await signIn('session')
  store.forget()
  store.meddle(() => Promise.reject(new Error('The store is down.')))
  await expect(findLiveSession(kernel, session.id)).rejects.toMatchObject({ code: 'unavailable' })
  expect(store.calls).toEqual(['sessions.find'])
})

test('all who ask for one session at the same moment are answered by one read', async () => {
  const { kernel, store, signIn } = await openInside()
  const { session } = await signIn('session')
  store.forget()
  const found = await Promise.all(Array.from({ length: 20 }, () => shareLiveSession(kernel, session.id)))
  expect(found.map((live) => live?.session.id)).toEqual(Array(20).fill(session.id))
  expect(store.calls.filter((call) => call === 'sessions.find')).toEqual(['sessions.find'])
})

test('while as many sessions are read as may be, one more is turned away', async () => {
  const { kernel, signIn } = await openInside()
  const { session } = await signIn('session')
  const reads = (count: number): Map<string, Promise<null>> =>
    new Map(Array.from({ length: count }, (_, index) => [`session ${index}`, Promise.resolve(null)]))
  const live = await shareLiveSession({ ...kernel, sharedReads: reads(4999) }, session.id)
  expect(live?.session.id).toBe(session.id)
  await expect(shareLiveSession({ ...kernel, sharedReads: reads(5000) }, session.id)).rejects.toMatchObject({
    code: 'unavailable',
    retryAfterSeconds: 1,
  })
})

test('a session whose user the app has disabled in its own table is not live', async () => {
  const foreign = createForeignUsers()
  const { kernel, userId, signIn } = await openInside({ foreign })
  const granted = await signIn('session')
  foreign.row(userId).disabled = true
  await expect(authenticate(kernel, presentedOf(granted), feed)).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

describe('what is granted', () => {
  test('rests on a read that is no older than a second', async () => {
    const { kernel, clock, signIn } = await openInside()
    const { session } = await signIn('token')
    const live = await findLiveSession(kernel, session.id)
    if (live === null) throw new Error('The session is there.')
    clock.advance(1000)
    expect(grant(kernel, live).session.id).toBe(session.id)
    clock.advance(1)
    expect(() => grant(kernel, live)).toThrow(
      expect.objectContaining({ code: 'unavailable', retryAfterSeconds: 1 }),
    )
  })

  test.each([
    ['session', null, 0],
    ['token', expect.any(String), 300],
    ['hybrid', expect.any(String), 300],
  ] as const)('to a %s', async (mode, accessToken, accessTokenSeconds) => {
    const { signIn } = await openInside()
    expect(await signIn(mode)).toMatchObject({ mode, accessToken, accessTokenSeconds })
  })
})

describe('a change of the handle', () => {
  test.each(['raise', 'exchange', 'refresh'] as const)('by a %s: one version on', async (transition) => {
    const { kernel, store, storeClock, signIn } = await openInside()
    const { session } = await signIn('token')
    const live = await findLiveSession(kernel, session.id)
    if (live === null) throw new Error('The session is there.')
    store.meddle((call) => {
      storeClock.advance(5000)
      return call.proceed()
    })
    const rotated = await rotate(kernel, live, { transition })
    const { value, now } = await store.opened().sessions.find(session.id)
    expect(value?.session.version).toBe(live.session.version + 1)
    expect(rotated?.session).toMatchObject({ rotatedAt: now, generation: session.generation + 1 })
    // What is made after a move must not look as if it had been made before it.
    expect(rotated?.now).toBe(transition === 'refresh' ? live.now : now)
  })

  test.each([
    ['session', 'raise'],
    ['token', 'refresh'],
  ] as const)('that the store has lost is made good for a %s', async (mode, lastTransition) => {
    const { kernel, store, signIn } = await openInside()
    const { session } = await signIn(mode)
    const handle = kernel.handles.parse(kernel.handles.issue({ ...session, generation: 5 }), session.purpose)
    if (handle === null) throw new Error('It was made here.')
    expect((await findHolding(kernel, handle))?.standing).toBe('young')
    const { value } = await store.opened().sessions.find(session.id)
    expect(value?.session).toMatchObject({
      generation: 5,
      lastTransition,
      version: session.version + 1,
    })
  })

  test('that others keep beating is given up after four reads, of which only the first is shared', async () => {
    const { kernel, store, storeClock, signIn } = await openInside()
    const { session } = await signIn('session')
    const handle = kernel.handles.parse(kernel.handles.issue({ ...session, generation: 5 }), 'session')
    if (handle === null) throw new Error('It was made here.')
    store.forget()
    store.meddle(async (call) => {
      if (call.name !== 'sessions.replace') return call.proceed()
      return { value: false, now: storeClock.now() }
    })
    const shared = vi.fn(findLiveSession)
    expect(await findHolding(kernel, handle, shared)).toBeNull()
    expect(shared).toHaveBeenCalledTimes(1)
    expect(store.calls.filter((name) => name === 'sessions.find')).toHaveLength(4)
  })
})
