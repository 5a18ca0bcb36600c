// One run of a target on one input, and everything that is judged about it besides the target's own rules.

import type { Blocks } from './blocks.js'
import type { Surroundings } from './surroundings.js'
import { type Input, type Outcome, type Target, Violation } from './target.js'

export interface Find {
  /** What did not hold; the name of the error where one was thrown. */
  readonly rule: string
  readonly message: string
}

export interface Verdict {
  readonly outcome: Outcome
  readonly find: Find | null
}

/** CPU time that one input may take. Far above what any needs: it is for loops, and expressions that backtrack. */
const maxCpuMs = 1000

export async function tryOut(target: Target, input: Input, around: Surroundings): Promise<Verdict> {
  const begun = process.cpuUsage()
  try {
    const answer = target.run(input)
    const outcome = typeof answer === 'string' ? answer : await answer
    around.refuseEnumerable()
    const { user, system } = process.cpuUsage(begun)
    const ms = (user + system) / 1000
    if (ms > maxCpuMs) throw new Violation('an input took more than a second of CPU time', Math.round(ms))
    return { outcome, find: null }
  } catch (error) {
    return { outcome: 'find', find: findOf(error) }
  }
}

/** The same input twice gives the same outcome: nothing is left over from one request to the next. */
export async function tryTwice(target: Target, input: Input, around: Surroundings): Promise<Find | null> {
  const first = await tryOut(target, input, around)
  const second = await tryOut(target, input, around)
  if (first.outcome === second.outcome) return null
  return {
    rule: 'the same input was judged in two ways',
    message: `first "${first.outcome}", then "${second.outcome}"`,
  }
}

const shortLength = 200
const growth = 10

/**
 * Ten times as much of the same text costs at most about ten times the steps: one part of one text is repeated.
 * Steps are counted in the product's own code; what it calls is bounded by `maxCpuMs`.
 */
export async function tryLonger(
  target: Target,
  { input, field, from, to }: { input: Input; field: number; from: number; to: number },
  blocks: Blocks,
  around: Surroundings,
): Promise<{ readonly find: Find; readonly input: Input } | null> {
  const text = input[field] ?? ''
  const part = text.slice(from, to)
  if (part === '') return null
  const grown = (length: number): Input =>
    input.with(field, text.slice(0, from) + part.repeat(Math.ceil(length / part.length)) + text.slice(to))
  const short = await measured(target, grown(shortLength), blocks, around)
  const long = await measured(target, grown(shortLength * growth), blocks, around)
  const allowed = 1.5 * growth * short.steps + (target.fixedSteps ?? 2000)
  const found = grown(shortLength * growth)
  if (long.find !== null) return { find: long.find, input: found }
  if (long.steps <= allowed) return null
  const message = `${short.steps} steps, then ${long.steps} for ten times the length`
  return { find: { rule: 'work grows faster than the input', message }, input: found }
}

async function measured(
  target: Target,
  input: Input,
  blocks: Blocks,
  around: Surroundings,
): Promise<{ readonly steps: number; readonly find: Find | null }> {
  blocks.reset()
  const { find } = await tryOut(target, input, around)
  return { steps: blocks.steps(), find }
}

/** Whether one of the last inputs changed what all code shares. */
export function findChange(around: Surroundings): Find | null {
  try {
    around.refuseChange()
    return null
  } catch (error) {
    return findOf(error)
  }
}

function findOf(error: unknown): Find {
  if (error instanceof Violation) return { rule: error.rule, message: error.message }
  if (!(error instanceof Error)) return { rule: 'threw what is no error', message: String(error) }
  const [, place = ''] = error.stack?.split('\n    at ') ?? []
  return { rule: `threw ${error.name}`, message: `${error.message} at ${place}` }
}
