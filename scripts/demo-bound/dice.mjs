// What is drawn by lot, the same for the same seed. Each actor has dice of its own, so that who is faster changes
// nothing in what the others draw. When things happen is up to the machine: a seed repeats the plan, not the run.

import { createSeededRandom } from 'sessera/testing'

/**
 * @typedef {object} Dice
 * @property {(from: number, to: number) => number} between
 * @property {(chance: number) => boolean} happens
 * @property {<T>(things: readonly T[]) => T} pick one of at least one
 * @property {<T>(things: readonly T[]) => T[]} shuffle
 */

/**
 * @param {string} seed
 * @returns {Dice}
 */
export function createDice(seed) {
  const random = createSeededRandom(seed)
  const draw = () => random.bytes(4).readUInt32BE() / 2 ** 32
  return {
    between: (from, to) => from + draw() * (to - from),
    happens: (chance) => draw() < chance,
    pick: (things) => /** @type {(typeof things)[number]} */ (things[Math.floor(draw() * things.length)]),
    shuffle: (things) =>
      things
        .map((thing) => ({ thing, at: draw() }))
        .sort((one, other) => one.at - other.at)
        .map(({ thing }) => thing),
  }
}
