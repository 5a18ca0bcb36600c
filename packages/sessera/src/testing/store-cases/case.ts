// What a conformance case is, and the means that all of them share.

import assert from 'node:assert/strict'
import type { Answer, LastOf, Store } from '../../ports/store.js'

/** The clock by which the store under test tells the time. */
export interface CaseClock {
  now(): number
  /** Lets `ms` pass. A store with a clock of its own really waits. */
  advance(ms: number): void | Promise<void>
}

export interface StoreCaseContext {
  /** A connection to the store under test, which is empty when a case begins. Each call opens another to the same data. */
  open(): Promise<Store>
  readonly clock: CaseClock
  /** What every connection is opened with. At least a minute. */
  readonly keepChangesMs: number
}

/** One demand on every store, for any test runner. `run` rejects when the store does not meet it. */
export interface StoreCase {
  readonly name: string
  run(context: StoreCaseContext): Promise<void>
}

export interface Trial extends StoreCaseContext {
  /** A first connection. */
  readonly store: Store
}

/** A case that closes whatever it opened, however it ends. */
export function storeCase(name: string, body: (trial: Trial) => Promise<void>): StoreCase {
  return {
    name,
    async run(context) {
      const opened: Store[] = []
      const open = async () => {
        const store = await context.open()
        opened.push(store)
        return store
      }
      try {
        await body({ ...context, store: await open(), open })
      } finally {
        await Promise.all(opened.map((store) => store.close()))
      }
    },
  }
}

export const crowd = 16

/** Sixteen calls at the same moment over four connections, and what each was answered. */
export async function atOnce<T>(
  { open }: StoreCaseContext,
  call: (store: Store, index: number) => Promise<Answer<T>>,
): Promise<readonly T[]> {
  const stores = [await open(), await open(), await open(), await open()]
  const calls = Array.from({ length: crowd }, (_, index) => {
    const store = stores[index % stores.length]
    assert(store !== undefined)
    return call(store, index)
  })
  return (await Promise.all(calls)).map(({ value }) => value)
}

/** How many of them are `true`: who won. */
export function countWinners(values: readonly unknown[]): number {
  return values.filter((value) => value === true).length
}

/** The value of an answer that must not be null. */
export async function present<T>(answer: Promise<Answer<T | null>>): Promise<T> {
  const { value } = await answer
  assert(value !== null, 'The store answered null for something that is there.')
  return value
}

/** The value of an answer that must be neither null nor refused because of the last of a role. */
export async function applied<T>(answer: Promise<Answer<T | LastOf | null>>): Promise<T> {
  const value = await present(answer)
  if (value === 'last')
    assert.fail('The store refused to take away the last of a role, and was not asked to keep it.')
  return value
}

/** Changes a list that a store was given or has given, unless it is frozen. */
export function tamperWith(list: readonly unknown[]): void {
  if (Object.isFrozen(list)) return
  const open = list as unknown[]
  open.push('intruder')
}
