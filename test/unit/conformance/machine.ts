// A simulated machine: two clocks that may go wrong, timers that follow its monotonic one, a crash at any moment.
// What runs on it is told from what runs elsewhere by its asynchronous context.

import { AsyncLocalStorage } from 'node:async_hooks'
import { onTestFinished, vi } from 'vitest'
import type { Clock } from '../../../packages/sessera/src/ports/clock.js'

/** When the simulated world begins, epoch ms. */
export const beginning = Date.UTC(2026, 0, 1)

/** At least one of the two hands is always right: which one may err is chosen once. */
export type ClockFault = 'none' | 'wall' | 'monotonic'

interface Timer {
  readonly machine: Machine
  readonly work: () => void
  readonly everyMs: number | null
  due: number
}

interface Place {
  readonly machine: Machine
  readonly operation: object | null
}

const here = new AsyncLocalStorage<Place>()

export class Machine {
  readonly fault: ClockFault
  readonly #timers = new Set<Timer>()
  readonly #awake: (() => void)[] = []
  #monotonic = 0
  #wall: number
  #suspended = false
  #crashed = false
  readonly clock: Clock = {
    now: () => Math.floor(this.#wall),
    monotonic: () => this.#monotonic,
  }

  /** @param wall what its wall clock shows at first: the true time, where the other hand is the one that errs. */
  constructor(fault: ClockFault, wall: number) {
    this.fault = fault
    this.#wall = wall
  }

  get isUp(): boolean {
    return !this.#suspended && !this.#crashed
  }

  get isCrashed(): boolean {
    return this.#crashed
  }

  /** How fast its fastest hand goes: delays look that much longer. */
  get pace(): number {
    return this.fault === 'wall' ? 2 : 1
  }

  run<T>(operation: object | null, work: () => T): T {
    return here.run({ machine: this, operation }, work)
  }

  advance(ms: number): void {
    if (!this.#suspended) this.#monotonic += this.fault === 'monotonic' ? ms / 2 : ms
    this.#wall += this.fault === 'wall' ? ms * 2 : ms
  }

  /** A correction of the time of day, by hand or by NTP. Only where the wall clock is the one that errs. */
  stepWall(ms: number): void {
    if (this.fault === 'wall') this.#wall += ms
  }

  /** The lid is closed. Nothing runs; the monotonic clock stops, so only where that is the one that errs. */
  suspend(): void {
    if (this.fault === 'monotonic') this.#suspended = true
  }

  resume(): void {
    this.#suspended = false
    for (const go of this.#awake.splice(0)) go()
  }

  crash(): void {
    this.#crashed = true
    this.#timers.clear()
  }

  /** Resolves when code can run here: at once, after a suspension, or never. */
  async awake(): Promise<void> {
    if (this.#crashed) return new Promise(() => undefined)
    if (this.#suspended) await new Promise<void>((resolve) => void this.#awake.push(resolve))
  }

  schedule(work: () => void, ms: number, everyMs: number | null): Timer {
    const timer = { machine: this, work: () => this.run(null, work), everyMs, due: this.#monotonic + ms }
    if (!this.#crashed) this.#timers.add(timer)
    return timer
  }

  cancel(timer: Timer): void {
    this.#timers.delete(timer)
  }

  /** Ms of true time until the next timer is due. */
  get idleFor(): number {
    if (!this.isUp) return Infinity
    const pace = this.fault === 'monotonic' ? 0.5 : 1
    let first = Infinity
    for (const { due } of this.#timers) first = Math.min(first, due)
    return Math.max(0, Math.ceil((first - this.#monotonic) / pace))
  }

  fire(): void {
    if (!this.isUp) return
    for (const timer of [...this.#timers].sort((one, other) => one.due - other.due)) {
      if (timer.due > this.#monotonic) break
      if (timer.everyMs === null) this.#timers.delete(timer)
      else timer.due = this.#monotonic + timer.everyMs
      timer.work()
    }
  }
}

/** The operation that the running code belongs to; null outside any. */
export function currentOperation(): object | null {
  return here.getStore()?.operation ?? null
}

const real = { set: setTimeout, clear: clearTimeout, every: setInterval, stop: clearInterval }

/** Until the test ends, timers that are set on a machine follow its clock. */
export function simulateTimers(): void {
  const handles = new WeakMap<object, Timer>()
  const start = (work: () => void, ms: number, everyMs: number | null): object | null => {
    const machine = here.getStore()?.machine
    if (machine === undefined) return null
    const handle = { unref: () => handle, ref: () => handle, hasRef: () => false }
    handles.set(handle, machine.schedule(work, ms, everyMs))
    return handle
  }
  const cancel = (handle: unknown): boolean => {
    const timer = typeof handle === 'object' && handle !== null ? handles.get(handle) : undefined
    timer?.machine.cancel(timer)
    return timer !== undefined
  }
  vi.stubGlobal('setTimeout', (work: () => void, ms = 0) => start(work, ms, null) ?? real.set(work, ms))
  vi.stubGlobal('setInterval', (work: () => void, ms = 0) => start(work, ms, ms) ?? real.every(work, ms))
  vi.stubGlobal('clearTimeout', (handle: NodeJS.Timeout) => cancel(handle) || real.clear(handle))
  vi.stubGlobal('clearInterval', (handle: NodeJS.Timeout) => cancel(handle) || real.stop(handle))
  onTestFinished(() => void vi.unstubAllGlobals())
}
