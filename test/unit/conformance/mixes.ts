// Which trouble goes together: each mix is one property, all are judged by the same oracle.

import fc from 'fast-check'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { take } from './act.js'
import { type Setting, Simulation } from './simulation.js'
import { type Step, stepsOf } from './steps.js'

export const settings: fc.Arbitrary<Setting> = fc.record({
  seed: fc.nat(),
  clocks: fc.array(fc.constantFrom('none', 'none', 'wall', 'monotonic'), { minLength: 3, maxLength: 3 }),
  background: fc.nat({ max: 9 }).map((drawn) => drawn === 0),
})

export interface Mix {
  readonly name: string
  readonly runs: number
  readonly steps: fc.Arbitrary<readonly Step[]>
}

export const mixes: readonly Mix[] = [
  {
    name: 'what ended or was outranked is refused within the bound, and nothing else is',
    runs: 80,
    steps: stepsOf(
      {
        'sign in': 3,
        request: 10,
        end: 3,
        roles: 1,
        enable: 1,
        refresh: 2,
        prove: 2,
        exchange: 1,
        moment: 6,
        while: 1,
        weather: 3,
        clear: 2,
        clocks: 2,
        restart: 1,
      },
      { most: 24, stories: 2 },
    ),
  },
  {
    name: 'a failover brings nothing back that a node knows to be over',
    runs: 80,
    steps: stepsOf(
      {
        'sign in': 3,
        request: 12,
        end: 5,
        roles: 1,
        enable: 1,
        refresh: 1,
        prove: 1,
        exchange: 1,
        moment: 6,
        long: 1,
        weather: 1,
        clear: 1,
        'fail over': 3,
        restart: 1,
        prune: 1,
      },
      { most: 30, stories: 1 },
    ),
  },
  {
    name: 'of each generation there is one rotation, and only a thief is a thief',
    runs: 80,
    steps: stepsOf(
      {
        'sign in': 2,
        refresh: 14,
        forge: 2,
        exchange: 3,
        prove: 3,
        request: 4,
        end: 1,
        moment: 6,
        while: 6,
        weather: 4,
        clear: 3,
        clocks: 1,
        restart: 1,
      },
      { most: 50, stories: 1 },
    ),
  },
]

const { CONFORMANCE_SEED: seed, CONFORMANCE_PATH: path, CONFORMANCE_RUNS: runs } = process.env

/** The same runs every time, unless a soak is asked for. */
const usualSeed = 4

export const replay = {
  ...(seed === undefined && runs !== undefined ? {} : { seed: Number(seed ?? usualSeed) }),
  ...(path === undefined ? {} : { path }),
}

export function runsOf(usual: number): number {
  return Number(runs ?? usual)
}

/** The violations of the first step that has any. */
export async function simulate(setting: Setting, steps: readonly Step[]): Promise<readonly string[]> {
  const simulation = await Simulation.create(setting)
  const first = modes.map((mode, at): Step => ({ do: 'sign in', at, user: 0, mode, byPassword: true }))
  for (const step of [...first, ...steps]) {
    await take(simulation, step)
    if (simulation.truth.violations.length > 0) return simulation.truth.violations
  }
  return []
}
