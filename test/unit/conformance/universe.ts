// True time of a simulation: the store's. Machines, messages on their way and timers move with it, one event at a time.

import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../../packages/sessera/src/ports/clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { beginning, type Machine } from './machine.js'

/** Longer stretches are skipped but for their end: timers of the skipped part fire late, as after a stall. */
const finestMs = 2500
const quietTurns = 2

export class Universe {
  readonly machines = new Set<Machine>()
  readonly clock: Clock = { now: () => beginning + this.#now, monotonic: () => this.#now }
  readonly #deliveries: { readonly at: number; readonly deliver: () => void }[] = []
  readonly #random
  #activity = 0
  #now = 0

  constructor(seed: number) {
    this.#random = createSeededRandom(seed)
  }

  /** Epoch ms by the store's clock. */
  get now(): number {
    return beginning + this.#now
  }

  /** From 0 up to below `most`. */
  chance(most: number): number {
    return Math.floor((this.#random.bytes(4).readUInt32BE() / 2 ** 32) * most)
  }

  /** Something happened: what follows from it at this instant may not be over yet. */
  stir(): void {
    this.#activity += 1
  }

  async delay(ms: number): Promise<void> {
    if (ms <= 0) return
    await new Promise<void>((resolve) => {
      this.#deliveries.push({ at: this.#now + ms, deliver: resolve })
    })
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    if (ms > finestMs) this.#advance(ms - finestMs)
    while (this.#now <= end) {
      await this.#happen()
      if (this.#now === end) return
      this.#advance(Math.min(end, this.#nextAt()) - this.#now)
    }
  }

  /** Everything that can go on without time passing has gone on. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      const before = this.#activity
      await setImmediate()
      if (before !== this.#activity) quiet = -1
    }
  }

  async #happen(): Promise<void> {
    for (;;) {
      const due = this.#deliveries.findIndex(({ at }) => at <= this.#now)
      const [delivery] = due === -1 ? [] : this.#deliveries.splice(due, 1)
      const ringing = [...this.machines].filter(({ idleFor }) => idleFor === 0)
      if (delivery === undefined && ringing.length === 0) return
      delivery?.deliver()
      for (const machine of ringing) machine.fire()
      await this.settle()
    }
  }

  #nextAt(): number {
    let next = Infinity
    for (const { at } of this.#deliveries) next = Math.min(next, at)
    for (const { idleFor } of this.machines) next = Math.min(next, this.#now + Math.max(1, idleFor))
    return next
  }

  #advance(ms: number): void {
    this.#now += ms
    for (const machine of this.machines) machine.advance(ms)
  }
}
