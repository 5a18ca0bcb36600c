// Honest tabs that share one refresh token: they refresh at once, lose answers, and ask again well within the grace.
// However the machines behave meanwhile, nobody takes them for thieves or signs them out.

import fc from 'fast-check'
import { take } from './act.js'
import type { Credential } from './records.js'
import { type Setting, Simulation } from './simulation.js'
import { arbitraries, type Step } from './steps.js'

/** `isLost`: the answers never reach the tabs. */
interface Tabs {
  readonly do: 'tabs'
  readonly at: number
  readonly times: number
  readonly isLost: boolean
}

export type TabStep = Tabs | Step

/** Much shorter than the grace. */
const patienceMs = 3000
const sliceMs = 1500

const tabs = fc.record({
  do: fc.constant('tabs' as const),
  at: fc.nat({ max: 2 }),
  times: fc.integer({ min: 1, max: 3 }),
  isLost: fc.nat({ max: 3 }).map((drawn) => drawn === 0),
})

export const tabSteps: fc.Arbitrary<readonly TabStep[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: tabs },
    { weight: 4, arbitrary: arbitraries.weather as fc.Arbitrary<Step> },
    { weight: 4, arbitrary: arbitraries.moment as fc.Arbitrary<Step> },
    { weight: 6, arbitrary: arbitraries.while as fc.Arbitrary<Step> },
    { weight: 1, arbitrary: arbitraries.restart as fc.Arbitrary<Step> },
  ),
  { minLength: 1, maxLength: 50, size: 'max' },
)

export async function simulateTabs(setting: Setting, steps: readonly TabStep[]): Promise<readonly string[]> {
  const simulation = await Simulation.create(setting)
  await take(simulation, { do: 'sign in', at: 0, user: 0, mode: 'token', byPassword: true })
  const { violations } = simulation.truth
  const issued = simulation.credentials.find(({ kind }) => kind === 'refresh')
  if (issued === undefined) return ['nothing was issued']
  const browser = new Browser(simulation, issued)
  for (const step of steps) {
    if (step.do === 'tabs') await browser.refresh(step)
    else if (step.do === 'pass') await browser.wait(step.ms)
    else await take(simulation, step)
    if (violations.length > 0) break
  }
  if (simulation.truth.accusations > 0) simulation.truth.blame('an honest tab was taken for a thief')
  return violations
}

class Browser {
  readonly #simulation: Simulation
  #stored: Credential
  /** When tabs asked that have had no answer yet. Asking again, and being answered, settles those of long before. */
  readonly #open: { readonly since: number }[] = []

  constructor(simulation: Simulation, stored: Credential) {
    this.#simulation = simulation
    this.#stored = stored
  }

  async refresh({ at, times, isLost }: Tabs): Promise<void> {
    const { universe, truth, judge } = this.#simulation
    const credential = this.#stored
    const asked = { since: universe.now }
    this.#open.push(asked)
    for (let time = 0; time < times; time++) {
      let token: string | null = null
      this.#simulation.send(
        'refresh',
        {
          node: this.#simulation.nodeAt(at),
          credential,
          call: async (client) => {
            const reply = await client.refresh()
            token = reply.body.refresh_token ?? null
            return reply
          },
        },
        (outcome, operation) => {
          judge.renewed(operation, credential, outcome)
          const { status, code } = outcome
          if (status === 401 || code === 'session_moved')
            truth.blame(`an honest tab was told ${status} ${code}`)
          if (status === 200 && !isLost) this.#store(token, asked)
        },
      )
    }
    await this.#simulation.settle()
  }

  /** While a question is open, it is asked again before long, until some machine answers. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= sliceMs) {
      await this.#simulation.pass(Math.min(left, sliceMs))
      const due = this.#simulation.universe.now - patienceMs
      if (this.#open.every(({ since }) => since > due)) continue
      this.#simulation.nodeAt(0).link.weather = 'clear'
      await this.refresh({ do: 'tabs', at: 0, times: 1, isLost: false })
    }
  }

  /** The newest that was answered: answers may overtake each other. Those that were lost never get here. */
  #store(token: string | null, asked: { readonly since: number }): void {
    const answered = this.#simulation.credentials.find(({ text }) => text === token) ?? this.#stored
    if ((answered.generation ?? 0) > (this.#stored.generation ?? 0)) this.#stored = answered
    const isSettled = (one: { readonly since: number }): boolean =>
      one === asked || one.since <= asked.since - patienceMs
    this.#open.splice(0, Infinity, ...this.#open.filter((one) => !isSettled(one)))
  }
}
