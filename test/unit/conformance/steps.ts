// The steps of a simulation, as data for the generator. What each of them does: see act.ts.

import fc from 'fast-check'
import { type Check, type Mode, modes } from '../../../packages/sessera/src/domain/principal.js'
import { type Weather, weathers } from './link.js'

/** `at` counts machines; `pick` credentials, from the latest backwards, below zero from the first one on. */
export type Step =
  | {
      readonly do: 'sign in'
      readonly at: number
      readonly user: number
      readonly mode: Mode
      readonly byPassword: boolean
    }
  | { readonly do: 'request'; readonly at: number; readonly pick: number; readonly check: Check }
  | { readonly do: 'refresh'; readonly at: number; readonly pick: number; readonly times: number }
  | {
      readonly do: 'prove' | 'sign out' | 'end others' | 'new password'
      readonly at: number
      readonly pick: number
    }
  | { readonly do: 'exchange'; readonly at: number; readonly pick: number; readonly mode: Mode }
  | {
      readonly do: 'end' | 'end all' | 'disable' | 'enable' | 'roles' | 'everyone'
      readonly at: number
      readonly pick: number
    }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'weather'; readonly at: number; readonly weather: Weather }
  | { readonly do: 'fail over'; readonly count: number }
  | { readonly do: 'suspend'; readonly at: number }
  | { readonly do: 'resume'; readonly at: number }
  | { readonly do: 'restart'; readonly at: number }
  | { readonly do: 'set wall'; readonly at: number; readonly ms: number }
  | { readonly do: 'forge'; readonly at: number; readonly pick: number; readonly generation: number }
  | { readonly do: 'prune' }

const at = fc.nat({ max: 2 })
const pick = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 30 }))
const check = fc.constantFrom<Check>('feed', 'feed', 'feed', 'store', 'local')
const mode = fc.constantFrom(...modes)

export const arbitraries = {
  'sign in': fc.record({
    do: fc.constant('sign in'),
    at,
    user: fc.nat({ max: 1 }),
    mode,
    byPassword: fc.boolean(),
  }),
  request: fc.record({ do: fc.constant('request'), at, pick, check }),
  refresh: fc.record({ do: fc.constant('refresh'), at, pick, times: fc.integer({ min: 1, max: 3 }) }),
  prove: fc.record({ do: fc.constant('prove'), at, pick }),
  exchange: fc.record({ do: fc.constant('exchange'), at, pick, mode }),
  end: fc.record({
    do: fc.constantFrom('end', 'sign out', 'end others', 'new password', 'end all', 'disable', 'everyone'),
    at,
    pick,
  }),
  enable: fc.record({ do: fc.constant('enable'), at, pick }),
  roles: fc.record({ do: fc.constant('roles'), at, pick }),
  moment: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(1, 100, 400, 700, 1000, 1001) }),
  while: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(2500, 9999, 10_000, 10_001, 60_000) }),
  long: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(310_000, 700_000) }),
  weather: fc.record({ do: fc.constant('weather'), at, weather: fc.constantFrom(...weathers) }),
  clear: fc.record({ do: fc.constant('weather'), at, weather: fc.constantFrom<Weather>('clear', 'breeze') }),
  'fail over': fc.record({ do: fc.constant('fail over'), count: fc.integer({ min: 1, max: 4 }) }),
  clocks: fc.oneof(
    fc.record({ do: fc.constantFrom('suspend', 'resume', 'resume'), at }),
    fc.record({ do: fc.constant('set wall'), at, ms: fc.constantFrom(-3_600_000, -800, 800, 5000) }),
  ),
  restart: fc.record({ do: fc.constant('restart'), at }),
  forge: fc.record({ do: fc.constant('forge'), at, pick, generation: fc.integer({ min: 1, max: 3 }) }),
  prune: fc.record({ do: fc.constant('prune') }),
} as const

export type StepName = keyof typeof arbitraries

/** One credential followed through a change at another machine, in one weather, with a request after every pause. */
const chase: fc.Arbitrary<readonly Step[]> = fc
  .record({
    at,
    elsewhere: fc.nat({ max: 2 }),
    pick: fc.integer({ min: -9, max: -1 }),
    weather: fc.constantFrom(...weathers, 'slow feed', 'slow feed', 'slow reads'),
    trouble: fc.option(fc.oneof(arbitraries['fail over'], arbitraries.clocks, arbitraries.moment)),
    change: fc.oneof(arbitraries.end, arbitraries.roles, arbitraries.prove),
    lapse: fc.constantFrom(0, 600, 1001, 1001),
    pauses: fc.array(fc.constantFrom(0, 1, 150, 400, 700, 1000), { minLength: 5, maxLength: 5 }),
  })
  .map(({ at, elsewhere, pick, weather, trouble, change, lapse, pauses }) => {
    const request = { do: 'request', at, pick, check: 'feed' }
    const refresh = { do: 'refresh', at, pick, times: 1 }
    const [first = 0, ...rest] = pauses
    return [
      { do: 'weather', at: at + elsewhere, weather: 'clear' },
      request,
      { do: 'weather', at, weather },
      { do: 'pass', ms: lapse },
      request,
      refresh,
      { do: 'pass', ms: first },
      { ...change, at: at + elsewhere, pick },
      ...(trouble === null ? [] : [trouble]),
      ...rest.flatMap((ms) => [{ do: 'pass', ms }, request]),
      { do: 'weather', at, weather: 'clear' },
    ] as Step[]
  })

/** A read on its way while roles change: what it brings must not be remembered. */
const overtaken: fc.Arbitrary<readonly Step[]> = fc
  .record({ at, user: fc.nat({ max: 1 }), pause: fc.constantFrom(1, 100, 250, 400) })
  .map(({ at, user, pause }) => {
    const request: Step = { do: 'request', at, pick: 0, check: 'feed' }
    return [
      { do: 'sign in', at: at + 1, user, mode: 'session', byPassword: false },
      { do: 'weather', at, weather: 'slow reads' },
      request,
      { do: 'pass', ms: pause },
      { do: 'roles', at, pick: 0 },
      { do: 'pass', ms: 1001 },
      request,
      { do: 'weather', at, weather: 'clear' },
    ]
  })

/** A session that ends while its refresh is on its way. */
const overrun: fc.Arbitrary<readonly Step[]> = fc
  .record({ at, user: fc.nat({ max: 1 }), pause: fc.constantFrom(100, 400, 700, 1000) })
  .map(({ at, user, pause }) => [
    { do: 'sign in', at: at + 1, user, mode: 'token', byPassword: false },
    { do: 'pass', ms: 10_001 },
    { do: 'weather', at, weather: 'slow' },
    { do: 'refresh', at, pick: 0, times: 2 },
    { do: 'pass', ms: pause },
    { do: 'end', at: at + 1, pick: 0 },
    { do: 'pass', ms: 2500 },
    { do: 'weather', at, weather: 'clear' },
  ])

/** A copy of a refresh token that is used once its owner has long moved on. */
const stolen: fc.Arbitrary<readonly Step[]> = fc
  .record({ at, user: fc.nat({ max: 1 }), pause: fc.constantFrom(9999, 10_000, 10_001) })
  .map(({ at, user, pause }) => [
    { do: 'sign in', at, user, mode: 'token', byPassword: false },
    { do: 'pass', ms: 10_001 },
    { do: 'refresh', at, pick: 0, times: 1 },
    { do: 'pass', ms: pause },
    { do: 'refresh', at: at + 1, pick: 2, times: 1 },
  ])

/** Steps in that proportion, stories among them. */
export function stepsOf(
  weights: Partial<Record<StepName, number>>,
  { most, stories }: { readonly most: number; readonly stories: number },
): fc.Arbitrary<readonly Step[]> {
  const entries = Object.entries(weights) as [StepName, number][]
  const singles = entries.map(([name, weight]) => ({
    weight,
    arbitrary: (arbitraries[name] as fc.Arbitrary<Step>).map((step): readonly Step[] => [step]),
  }))
  return fc
    .array(
      fc.oneof(
        ...singles,
        { weight: stories * 3, arbitrary: chase },
        { weight: stories, arbitrary: overtaken },
        { weight: stories, arbitrary: overrun },
        { weight: stories, arbitrary: stolen },
      ),
      {
        minLength: 1,
        maxLength: most,
        size: 'max',
      },
    )
    .map((parts) => parts.flat())
}
