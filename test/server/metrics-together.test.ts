// The metrics of several workers are one: counters are summed and never fall, whatever becomes of the workers.

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { type Report, textOf } from '../../packages/server/src/metrics/report.js'
import { createTogether, type Reporter, type Together } from '../../packages/server/src/metrics/together.js'
import { type Exposition, readExposition } from './exposition.js'

class Worker implements Reporter {
  readonly #registry = new Registry()
  readonly #registers = [this.#registry]
  readonly #done = new Counter({
    name: 'done_total',
    help: 'h',
    labelNames: ['kind'],
    registers: this.#registers,
  })
  readonly #load = new Gauge({ name: 'load', help: 'h', registers: this.#registers })
  readonly #took = new Histogram({
    name: 'took_seconds',
    help: 'h',
    buckets: [1],
    registers: this.#registers,
  })
  asked = 0
  /** Runs before each answer; null: nothing does. */
  before: (() => Promise<void>) | null = null
  silent = false

  work(kind: string, seconds = 0.5): this {
    this.#done.inc({ kind })
    this.#took.observe(seconds)
    return this
  }

  busy(load: number): this {
    this.#load.set(load)
    return this
  }

  async report(): Promise<Report | null> {
    this.asked += 1
    await this.before?.()
    // As the channel between processes carries it.
    return this.silent ? null : JSON.parse(JSON.stringify(await this.#registry.getMetricsAsJSON()))
  }
}

function createScene(): { readonly workers: Map<number, Worker>; readonly together: Together } {
  const workers = new Map([
    [1, new Worker().work('a').busy(3)],
    [2, new Worker().work('a').work('b', 2).busy(5)],
  ])
  return { workers, together: createTogether(workers) }
}

const read = async (together: Together): Promise<Exposition> =>
  readExposition(await textOf(await together.collect()))

describe('two workers', () => {
  it('are summed where a sum means something, and told apart where not', async () => {
    const { value } = await read(createScene().together)
    expect(value('done_total', { kind: 'a' })).toBe(2)
    expect(value('done_total', { kind: 'b' })).toBe(1)
    expect(value('load', { worker: '1' })).toBe(3)
    expect(value('load', { worker: '2' })).toBe(5)
    expect(value('took_seconds_count')).toBe(3)
    expect(value('took_seconds_bucket', { le: '1' })).toBe(2)
    expect(value('took_seconds_bucket', { le: '+Inf' })).toBe(3)
    expect(value('sessera_workers', { state: 'answering' })).toBe(2)
  })

  it('are asked once by all who ask at the same time', async () => {
    const { workers, together } = createScene()
    await Promise.all(Array.from({ length: 10 }, () => together.collect()))
    expect([...workers.values()].map(({ asked }) => asked)).toEqual([1, 1])
  })

  it('tell nothing that is no number', async () => {
    const { workers, together } = createScene()
    workers.get(1)?.busy(Number.NaN)
    const { labels } = await read(together)
    expect(labels('load', 'worker')).toEqual(['2'])
  })
})

describe('a worker that ends', () => {
  function replace({ workers, together }: ReturnType<typeof createScene>, slot: number): Worker {
    const gone = workers.get(slot)
    workers.delete(slot)
    if (gone !== undefined) together.ended(gone)
    const next = new Worker()
    workers.set(slot, next)
    return next
  }

  it('leaves what it had counted, and takes along what was of the moment', async () => {
    const scene = createScene()
    await read(scene.together)
    const next = replace(scene, 2)
    const after = await read(scene.together)
    expect(after.value('done_total', { kind: 'a' })).toBe(2)
    expect(after.value('done_total', { kind: 'b' })).toBe(1)
    expect(after.value('load', { worker: '2' })).toBe(0)
    expect(after.value('sessera_workers_ended_total')).toBe(1)
    next.work('b').work('b')
    expect((await read(scene.together)).value('done_total', { kind: 'b' })).toBe(3)
  })

  it('again and again is still counted once each', async () => {
    const scene = createScene()
    for (let round = 1; round <= 5; round += 1) {
      replace(scene, 1).work('a')
      await read(scene.together)
    }
    // That of the first two was never told: they ended before anyone asked, or are there still.
    const { value } = await read(scene.together)
    expect(value('done_total', { kind: 'a' })).toBe(6)
    expect(value('took_seconds_count')).toBe(7)
  })

  it('while it is asked is not counted twice', async () => {
    const scene = createScene()
    await read(scene.together)
    const worker = scene.workers.get(2)
    if (worker !== undefined) worker.before = async () => void replace(scene, 2)
    expect((await read(scene.together)).value('done_total', { kind: 'a' })).toBe(2)
    expect((await read(scene.together)).value('done_total', { kind: 'a' })).toBe(2)
  })
})

describe('a worker that is silent', () => {
  it('keeps what it has told before, and is said to be silent', async () => {
    const { workers, together } = createScene()
    await read(together)
    const worker = workers.get(1)
    if (worker !== undefined) worker.silent = true
    const { value } = await read(together)
    expect(value('done_total', { kind: 'a' })).toBe(2)
    expect(value('load', { worker: '1' })).toBe(0)
    expect(value('sessera_workers', { state: 'silent' })).toBe(1)
    expect(value('sessera_workers', { state: 'answering' })).toBe(1)
  })
})
