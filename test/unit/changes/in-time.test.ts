// An answer that is waited for only as long as it is of use.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inTime, LateAnswer } from '../../../packages/sessera/src/changes/in-time.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what comes in time is the answer, and no timer is left', async () => {
  expect(await inTime(Promise.resolve('answer'), 1500)).toBe('answer')
  expect(await inTime('at once', 1500)).toBe('at once')
  expect(vi.getTimerCount()).toBe(0)
})

test('what fails in time fails as it did, and no timer is left', async () => {
  await expect(inTime(Promise.reject(new Error('down')), 1500)).rejects.toThrow('down')
  expect(vi.getTimerCount()).toBe(0)
})

test('what comes too late is nobody’s', async () => {
  let answer = (_text: string): void => undefined
  const asked = inTime(new Promise<string>((resolve) => (answer = resolve)), 1500)
  const outcome = asked.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(1500)
  answer('answer')
  const error = await outcome
  expect(error).toBeInstanceOf(LateAnswer)
  expect(error).toMatchObject({ name: 'LateAnswer', message: 'There was no answer for 1.5 s.' })
})
