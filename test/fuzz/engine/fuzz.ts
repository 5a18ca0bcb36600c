// The loop: change an input that led somewhere, run it, keep it if it led to where none had been, until time is up.

import { type Blocks, readBlocks } from './blocks.js'
import { createMutator } from './mutate.js'
import type { Choices } from './random.js'
import { shrink } from './shrink.js'
import { rememberSurroundings, type Surroundings } from './surroundings.js'
import type { Input, Target } from './target.js'
import { type Find, findChange, tryLonger, tryOut, tryTwice } from './trial.js'

export interface Plan {
  readonly target: Target
  readonly choices: Choices
  /** Inputs of earlier runs, besides the target's seeds. */
  readonly corpus: readonly Input[]
  /** How many block counters are in use; 0 without instrumentation. */
  readonly usedBlocks: () => number
  readonly wordsInCode: Iterable<string>
  /** Asked between two inputs: whether to stop. */
  readonly isOver: (executions: number) => boolean
  /** Told before each input, so that one that never ends is known. */
  readonly onInput?: (input: Input) => void
  readonly onProgress?: (progress: Progress) => void
}

export interface Progress {
  readonly executions: number
  readonly blocks: number
  readonly kept: number
}

export interface FoundInput extends Find {
  readonly input: Input
}

export interface Report extends Progress {
  /** The first input that broke a rule, as small as it gets. Null: none did. */
  readonly found: FoundInput | null
  /** Inputs that together reach all that was reached. */
  readonly corpus: readonly Input[]
}

const progressEvery = 1024
/** One in so many inputs is also run twice, or made longer; everything shared is looked at as often. */
const twiceOneIn = 32
const longerOneIn = 64
const surroundingsEvery = 512
const turnEvery = 256
/** Among which of the kept inputs to choose one to go on from: what was found last leads on best. */
const parents = [0, -32, -4]

export async function fuzz(plan: Plan): Promise<Report> {
  const { choices, isOver, onProgress } = plan
  const target = announced(plan)
  const blocks = readBlocks(plan.usedBlocks, target.isStateful === true)
  const around = rememberSurroundings()
  const mutator = createMutator([...(target.words ?? []), ...plan.wordsInCode], target.maxLength ?? 2048)
  const kept: Input[] = []
  const outcomes = new Set<string>()
  let executions = 0
  const progress = (): Progress => ({ executions, blocks: blocks.reached(), kept: kept.length })

  const examine = async (input: Input): Promise<FoundInput | null> => {
    executions += 1
    blocks.reset()
    const { outcome, find } = await tryOut(target, input, around)
    if (find !== null) return { ...find, input }
    const isNew = blocks.isNew()
    if (isNew || !outcomes.has(outcome)) kept.push(input)
    outcomes.add(outcome)
    return examineFurther({ ...plan, target }, input, blocks, around)
  }

  let found: FoundInput | null = null
  for (const input of [...target.seeds, ...plan.corpus]) {
    found ??= await examine(input)
    if (kept.at(-1) !== input) kept.push(input)
  }
  while (found === null && !isOver(executions)) {
    const parent = choices.pick(kept.slice(choices.pick(parents)))
    const next =
      target.mutate !== undefined && choices.oneIn(2)
        ? target.mutate(parent, choices)
        : mutator.mutate(parent, choices.pick(kept), choices)
    found = await examine(next)
    if (found === null && executions % surroundingsEvery === 0) found = changeFoundAfter(next, around)
    if (executions % turnEvery === 0) await turn()
    if (executions % progressEvery === 0) onProgress?.(progress())
  }
  return {
    ...progress(),
    found: found === null ? null : await shrunk(target, found, blocks, around),
    corpus: found === null ? await distill(target, kept, blocks, around) : [],
  }
}

function announced({ target, onInput }: Plan): Target {
  if (onInput === undefined) return target
  return {
    ...target,
    run(input) {
      onInput(input)
      return target.run(input)
    },
  }
}

async function examineFurther(
  { target, choices, usedBlocks }: Plan,
  input: Input,
  blocks: Blocks,
  around: Surroundings,
): Promise<FoundInput | null> {
  if (target.isStateful === true) return null
  if (choices.oneIn(twiceOneIn)) {
    const find = await tryTwice(target, input, around)
    if (find !== null) return { ...find, input }
  }
  if (usedBlocks() > 0 && choices.oneIn(longerOneIn)) {
    const field = choices.below(input.length)
    const from = choices.below((input[field]?.length ?? 0) + 1)
    const longer = await tryLonger(
      target,
      { input, field, from, to: from + 1 + choices.below(12) },
      blocks,
      around,
    )
    if (longer !== null) return { ...longer.find, input: longer.input }
  }
  return null
}

function changeFoundAfter(input: Input, around: Surroundings): FoundInput | null {
  const find = findChange(around)
  return find === null ? null : { ...find, input }
}

async function shrunk(
  target: Target,
  found: FoundInput,
  blocks: Blocks,
  around: Surroundings,
): Promise<FoundInput> {
  let last: Find = found
  const input = await shrink(found.input, async (candidate) => {
    blocks.reset()
    const { find } = await tryOut(target, candidate, around)
    if (find?.rule !== found.rule) return false
    last = find
    return true
  })
  return { ...last, input }
}

/** The shortest first: each stays if it reaches something that none before it did. */
async function distill(
  target: Target,
  inputs: readonly Input[],
  blocks: Blocks,
  around: Surroundings,
): Promise<readonly Input[]> {
  const reached = new Set<number | string>()
  const corpus: Input[] = []
  for (const input of [...inputs].sort((a, b) => lengthOf(a) - lengthOf(b))) {
    blocks.reset()
    const { outcome } = await tryOut(target, input, around)
    const features = [outcome, ...blocks.features()]
    if (features.every((feature) => reached.has(feature))) continue
    for (const feature of features) reached.add(feature)
    corpus.push(input)
  }
  return corpus
}

function lengthOf(input: Input): number {
  return JSON.stringify(input).length
}

/** Lets timers and other work of the target's have a turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
