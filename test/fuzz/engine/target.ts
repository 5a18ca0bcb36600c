// What is fuzzed: a parser, inputs that it knows, and what must hold for every input.
// An input is a few texts; a target that reads bytes takes the characters of one as bytes.

import { AuthError, type ErrorCode } from '../../../packages/sessera/src/errors.js'
import type { Choices } from './random.js'

export type Input = readonly string[]

/** What a target made of an input, as one word: what differs is kept to go on from. */
export type Outcome = string

export interface Target {
  readonly name: string
  /** Inputs that mean something, all with the same number of texts. */
  readonly seeds: readonly Input[]
  /** Texts that matter here, besides those in the product's code. */
  readonly words?: readonly string[]
  /** A change that keeps the input's form, where one made at random would not. */
  readonly mutate?: (input: Input, choices: Choices) => Input
  /** Longest text to try. Default 2048. */
  readonly maxLength?: number
  /** What an input does depends on those before it: it is neither run twice nor measured. */
  readonly isStateful?: true
  /** Steps that an input may cost apart from its length, when work is compared. Default 2000. */
  readonly fixedSteps?: number
  /** @throws Violation when something does not hold that must; any other error is a find as well. */
  run(input: Input): Outcome | Promise<Outcome>
  close?(): Promise<void>
}

/** Something did not hold. `rule` names what, and stays the same while the input shrinks. */
export class Violation extends Error {
  readonly rule: string

  constructor(rule: string, found: unknown) {
    super(`${rule}: ${describe(found)}`)
    this.name = 'Violation'
    this.rule = rule
  }
}

export function hold(condition: boolean, rule: string, found?: unknown): asserts condition {
  if (!condition) throw new Violation(rule, found)
}

/** The result, or the code that it was refused with. Of errors only `AuthError` is an answer. */
export function answerOf<T>(call: () => T): { readonly value: T } | { readonly code: ErrorCode } {
  try {
    return { value: call() }
  } catch (error) {
    if (error instanceof AuthError) return { code: error.code }
    throw error
  }
}

/** One of a few things that an input's text chooses, whatever it is: `0` the first, `1` the second. */
export function chosen<T>(items: readonly T[], text: string | undefined): T {
  const first = text === undefined || text === '' ? '0'.charCodeAt(0) : text.charCodeAt(0)
  const index = (first - '0'.charCodeAt(0)) % items.length
  return items.at(index) as T
}

function describe(found: unknown): string {
  return typeof found === 'string' ? JSON.stringify(found) : (JSON.stringify(found) ?? String(found))
}
