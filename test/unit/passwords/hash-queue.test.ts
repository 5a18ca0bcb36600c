// The queue before the hash function: so many at work, so many waiting, the rest refused, in the order of coming.

import { expect, test } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { createHashQueue } from '../../../packages/sessera/src/passwords/hash-queue.js'

/** Work that lasts until it is let go. */
function createWork(): {
  begun: number[]
  run: (n: number) => () => Promise<number>
  letGo: (n: number) => Promise<void>
} {
  const begun: number[] = []
  const ends = new Map<number, () => void>()
  return {
    begun,
    run: (n) => () => {
      begun.push(n)
      return new Promise<number>((resolve) => ends.set(n, () => resolve(n)))
    },
    async letGo(n) {
      ends.get(n)?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

test('so many are at work and no more, and who came first goes first', async () => {
  const queue = createHashQueue({ concurrency: 2, queueLimit: 10 })
  const { begun, run, letGo } = createWork()
  const all = [1, 2, 3, 4, 5].map((n) => queue.run(run(n)))
  await letGo(0)
  expect(begun).toEqual([1, 2])
  await letGo(2)
  expect(begun).toEqual([1, 2, 3])
  await letGo(3)
  await letGo(1)
  expect(begun).toEqual([1, 2, 3, 4, 5])
  await letGo(5)
  await letGo(4)
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5])
})

test('beyond the limit it refuses with 503 and when to come back, and does not run the work', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 2 })
  const { begun, run, letGo } = createWork()
  const first = [1, 2, 3].map((n) => queue.run(run(n)))
  const refused = await queue.run(run(4)).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(AuthError)
  expect(refused).toMatchObject({ code: 'overloaded', status: 503, retryAfterSeconds: 1 })
  await letGo(1)
  const welcome = queue.run(run(5))
  for (const n of [2, 3, 5]) await letGo(n)
  expect(await Promise.all([...first, welcome])).toEqual([1, 2, 3, 5])
  expect(begun).toEqual([1, 2, 3, 5])
})

test('a newcomer does not pass those who wait', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 10 })
  const order: string[] = []
  const note = (name: string) => async (): Promise<void> => {
    order.push(name)
  }
  const first = queue.run(note('first'))
  const waiting = queue.run(note('waiting'))
  const newcomer = first.then(() => queue.run(note('newcomer')))
  await Promise.all([waiting, newcomer])
  expect(order).toEqual(['first', 'waiting', 'newcomer'])
})

test('work that fails, even at once, makes room and tells its own caller only', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 10 })
  const outcomes = await Promise.allSettled([
    queue.run(() => Promise.reject(new Error('broken'))),
    queue.run(() => {
      throw new Error('broken at once')
    }),
    queue.run(async () => 'fine'),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})

test('with no queue at all, what fits still runs', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 0 })
  expect(await queue.run(async () => 1)).toBe(1)
  expect(await queue.run(async () => 2)).toBe(2)
})

test('it tells what is at work, what waits, and how many it has refused', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 2 })
  const { run, letGo } = createWork()
  expect(queue.load()).toEqual({ running: 0, waiting: 0, refused: 0 })
  const welcome = [1, 2, 3].map((n) => queue.run(run(n)))
  const refused = [4, 5].map((n) => queue.run(run(n)).catch(() => null))
  await Promise.all(refused)
  expect(queue.load()).toEqual({ running: 1, waiting: 2, refused: 2 })
  for (const n of [1, 2, 3]) await letGo(n)
  await Promise.all(welcome)
  expect(queue.load()).toEqual({ running: 0, waiting: 0, refused: 2 })
})

test('no more are admitted than it can take, and one that ends, or fails, makes room', async () => {
  const queue = createHashQueue({ concurrency: 1, queueLimit: 2 })
  const ends: (() => void)[] = []
  const admit = (): Promise<void> => queue.admit(() => new Promise((resolve) => ends.push(resolve)))
  const admitted = [admit(), admit(), admit()]
  await expect(admit()).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
  expect(ends).toHaveLength(3)
  ends[0]?.()
  await admitted[0]
  await expect(queue.admit(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  admitted.push(admit())
  await expect(admit()).rejects.toMatchObject({ code: 'overloaded' })
  expect(queue.load().refused).toBe(2)
  for (const end of ends) end()
  await Promise.all(admitted)
})
