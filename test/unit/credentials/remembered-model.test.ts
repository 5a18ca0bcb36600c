// Remembered credentials against a plain map, under any sequence of operations.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRemembered } from '../../../packages/sessera/src/credentials/remembered.js'
import type { Random } from '../../../packages/sessera/src/ports/random.js'
import { type Filling, type Held, heldBy, keyOf, noSpread, spread } from './remembered-entries.js'

const keys = 90
const sessions = 5
const users = 3
const roomy = 10_000_000
const perSession = 16

type Operation =
  | { readonly do: 'fill'; readonly key: number; readonly session: number; readonly user: number }
  | { readonly do: 'find' | 'forget'; readonly key: number }
  | { readonly do: 'dropSession'; readonly session: number }
  | { readonly do: 'dropUser'; readonly user: number }
  | { readonly do: 'dropAll' }

const key = fc.nat(keys - 1)
const session = fc.nat(sessions - 1)
const user = fc.nat(users - 1)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant('fill' as const), key, session, user }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('find' as const, 'forget' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('dropSession' as const), session }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dropUser' as const), user }) },
  { weight: 1, arbitrary: fc.constant({ do: 'dropAll' as const }) },
)

const sessionOf = ({ authenticated }: Filling): string | null => authenticated.principal.sessionId
const userOf = ({ authenticated }: Filling): string => authenticated.principal.id

/** As simple as can be: a map in the order of filling, searched from end to end. */
class Model {
  readonly entries = new Map<number, Filling>()

  apply(step: Operation): void {
    if (step.do === 'fill') this.#fill(step.key, heldBy(`s${step.session}`, `u${step.user}`))
    else if (step.do === 'forget') this.entries.delete(step.key)
    else if (step.do === 'dropSession') this.#drop((entry) => sessionOf(entry) === `s${step.session}`)
    else if (step.do === 'dropUser') this.#drop((entry) => userOf(entry) === `u${step.user}`)
    else if (step.do === 'dropAll') this.entries.clear()
  }

  #fill(key: number, entry: Filling): void {
    this.entries.delete(key)
    const siblings = [...this.entries].filter(([, other]) => sessionOf(other) === sessionOf(entry))
    if (siblings.length >= perSession) this.entries.delete(siblings[0]?.[0] ?? -1)
    this.entries.set(key, entry)
  }

  #drop(isOver: (entry: Filling) => boolean): void {
    for (const [key, entry] of this.entries) if (isOver(entry)) this.entries.delete(key)
  }
}

function apply(remembered: ReturnType<typeof createRemembered<Held>>, step: Operation): void {
  if (step.do === 'fill') remembered.fill(keyOf(step.key), heldBy(`s${step.session}`, `u${step.user}`))
  else if (step.do === 'find') remembered.find(keyOf(step.key))
  else if (step.do === 'forget') remembered.forget(keyOf(step.key))
  else if (step.do === 'dropSession') remembered.dropSession(`s${step.session}`)
  else if (step.do === 'dropUser') remembered.dropUser(`u${step.user}`)
  else remembered.dropAll()
}

const spreads: readonly (readonly [string, Random])[] = [
  ['everything in one bucket', noSpread],
  ['everything well spread', spread],
]

describe.each(spreads)('%s', (_how, random) => {
  test('remembers what a plain map would, with room for all', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 100, maxLength: 400, size: 'max' }), (steps) => {
        const remembered = createRemembered<Held>(roomy, random)
        const model = new Model()
        for (const step of steps) {
          model.apply(step)
          apply(remembered, step)
        }
        expect(remembered.size).toBe(model.entries.size)
        for (let name = 0; name < keys; name++) {
          const expected = model.entries.get(name)
          const found = remembered.find(keyOf(name))
          expect(found?.authenticated.principal).toEqual(expected?.authenticated.principal)
        }
      }),
      { numRuns: 60 },
    )
  })

  test.each([3_000, 12_000])('keeps within %i bytes, and what it keeps is right', (maxBytes) => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 50, maxLength: 300, size: 'max' }), (steps) => {
        const remembered = createRemembered<Held>(maxBytes, random)
        const model = new Model()
        for (const step of steps) {
          model.apply(step)
          apply(remembered, step)
          expect(remembered.bytes).toBeLessThanOrEqual(maxBytes)
          if (step.do === 'fill') expect(remembered.find(keyOf(step.key))).not.toBeNull()
        }
        let found = 0
        for (let name = 0; name < keys; name++) {
          const entry = remembered.find(keyOf(name))
          if (entry === null) continue
          found++
          expect(entry.authenticated.principal).toEqual(model.entries.get(name)?.authenticated.principal)
        }
        expect(remembered.size).toBe(found)
      }),
      { numRuns: 60 },
    )
  })
})
