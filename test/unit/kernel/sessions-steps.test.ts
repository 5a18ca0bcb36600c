// What is done to sessions and around them, step by step: what is asked of the store, and what the app is told.

import { describe, expect, test } from 'vitest'
import { cleanUp } from '../../../packages/sessera/src/kernel/clean-up.js'
import { endAllSessions, endSession } from '../../../packages/sessera/src/kernel/end-session.js'
import { exchange } from '../../../packages/sessera/src/kernel/exchange.js'
import { listAudit } from '../../../packages/sessera/src/kernel/list-audit.js'
import { listSessions } from '../../../packages/sessera/src/kernel/list-sessions.js'
import { refresh } from '../../../packages/sessera/src/kernel/refresh.js'
import { updateData } from '../../../packages/sessera/src/kernel/session-data.js'
import { rotateKey } from '../../../packages/sessera/src/kernel/signing-keys.js'
import { openInside } from './inside.js'

test('a session ends once, and the app is told why', async () => {
  const { kernel, events, userId, signIn } = await openInside()
  const { session } = await signIn('session')
  expect(await endSession(kernel, session.id, 'ended_by_app')).toBe(true)
  expect(await endSession(kernel, session.id, 'ended_by_app')).toBe(false)
  expect(events.filter(([name]) => name === 'sessionEnded')).toEqual([
    ['sessionEnded', { userId, sessionId: session.id, cause: 'ended_by_app' }],
  ])
})

test.each([
  ['how many there were', null, '1'],
  ['nothing of how many, if their rows could not be removed', 'sessions.endAll', null],
])('that all sessions of somebody ended is on record, with %s', async (_what, failingCall, cause) => {
  const { kernel, audited, userId, store, signIn } = await openInside()
  await signIn('session')
  store.meddle((call) =>
    call.name === failingCall ? Promise.reject(new Error('The store is down.')) : call.proceed(),
  )
  const ending = endAllSessions(kernel, { userId, spare: null, cause: 'ended_by_app' })
  if (cause === null) await expect(ending).rejects.toMatchObject({ code: 'unavailable' })
  else expect(await ending).toBe(1)
  expect(audited.at(-1)).toMatchObject({ name: 'sessions_ended_all', userId, cause })
})

test('a refresh token that was just replaced is exchanged for nothing', async () => {
  const { kernel, pass, signIn } = await openInside()
  const { handle } = await signIn('token')
  pass(10_000)
  await refresh(kernel, handle)
  await expect(exchange(kernel, { text: handle, purpose: 'refresh' }, 'session')).rejects.toMatchObject({
    code: 'session_moved',
  })
})

test('nobody knows of sessions of somebody who never was here', async () => {
  const { kernel, store } = await openInside()
  store.forget()
  expect(await listSessions(kernel, 'nobody')).toEqual([])
  expect(store.calls).toEqual(['subjects.find'])
})

test('data that others keep changing is given up after 32 attempts', async () => {
  const { kernel, store, storeClock, signIn } = await openInside()
  const { session } = await signIn('session')
  store.meddle(async (call) =>
    call.name === 'sessions.writeData' ? { value: false, now: storeClock.now() } : call.proceed(),
  )
  store.forget()
  await expect(updateData(kernel, session.id, () => 1)).rejects.toMatchObject({ code: 'conflict' })
  expect(store.calls.filter((name) => name === 'sessions.writeData')).toHaveLength(32)
})

test('a key that was made is known here at once', async () => {
  const { kernel, store } = await openInside()
  store.forget()
  await rotateKey(kernel)
  expect(store.calls).toContain('feed.read')
})

test('cleaning up is done by one of all processes, once in its time', async () => {
  const { kernel, pass, store } = await openInside()
  const cleaned = async (): Promise<readonly string[]> => {
    store.forget()
    await cleanUp(kernel, 60_000)
    return store.calls.filter((name) => !name.startsWith('feed.read'))
  }
  const all = [
    'limits.count',
    'sessions.removeExpired',
    'limits.removeEnded',
    'feed.prune',
    'audit.removeBefore',
  ]
  expect(await cleaned()).toEqual(all)
  pass(59_999)
  expect(await cleaned()).toEqual(['limits.count'])
  pass(1)
  expect(await cleaned()).toEqual(all)
})

describe('the record', () => {
  test('has what was recorded just now', async () => {
    const { kernel, audited } = await openInside()
    kernel.audit.record('user_updated', { cause: 'just now' })
    const [latest] = await listAudit(kernel, { limit: 1 })
    expect(latest).toMatchObject(audited.at(-1) ?? { cause: 'just now' })
  })

  test('is cut to a time', async () => {
    const { kernel, clock, pass } = await openInside()
    const begun = clock.now()
    for (let i = 0; i < 3; i++) {
      pass(1000)
      kernel.audit.record('user_updated', { cause: String(i) })
    }
    const causes = async (query: object): Promise<readonly (string | null)[]> =>
      (await listAudit(kernel, { name: 'user_updated', order: 'oldest', ...query })).map(({ cause }) => cause)
    expect(await causes({})).toEqual(['0', '1', '2'])
    expect(await causes({ since: begun + 2000 })).toEqual(['1', '2'])
    expect(await causes({ until: begun + 2000 })).toEqual(['0'])
  })
})
