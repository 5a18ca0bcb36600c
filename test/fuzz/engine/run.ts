// Fuzzes targets one after the other and says how far it is; what `npm run fuzz` does after its arguments are read.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { targets } from '../targets.js'
import { fuzz, type Report } from './fuzz.js'
import { startHeartbeat } from './heartbeat.js'
import { createChoices } from './random.js'
import { loadCorpus, loadFinds, saveCorpus, saveFind } from './storage.js'

export interface Run {
  /** Empty: all. */
  readonly names: readonly string[]
  readonly seconds: number
  readonly seed: string
  /** Whether to keep what led somewhere as the corpus of the next run. */
  readonly keep: boolean
  readonly usedBlocks: () => number
  readonly wordsInCode: ReadonlySet<string>
  readonly print: (line: string) => void
}

const progressEveryMs = 5000
/** What a target may keep hold of while it runs, caches of ours included. */
const maxGrowthBytes = 64 * 1024 * 1024

/** @returns whether nothing was found; null when a name is unknown. */
export async function run({ names, print, ...wanted }: Run): Promise<boolean | null> {
  const known = Object.keys(targets)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    print(`There is no target ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
    return null
  }
  const heartbeat = startHeartbeat()
  let isClean = true
  for (const name of names.length === 0 ? known : names) {
    isClean = (await runOne(name, wanted, heartbeat.beat, print)) && isClean
    heartbeat.rest()
  }
  await heartbeat.stop()
  return isClean
}

async function runOne(
  name: string,
  { seconds, seed, keep, usedBlocks, wordsInCode }: Omit<Run, 'names' | 'print'>,
  beat: (target: string, input: readonly string[]) => void,
  print: (line: string) => void,
): Promise<boolean> {
  const target = await targets[name]?.()
  if (target === undefined) throw new RangeError(`There is no target ${name}.`)
  const begun = performance.now()
  const heapBefore = usedHeap()
  let printed = begun
  const speed = (executions: number): string =>
    `${Math.round((executions * 1000) / (performance.now() - begun))} a second`

  const report = await fuzz({
    target,
    choices: createChoices(`${name}:${seed}`),
    corpus: [...loadFinds(name).map(({ input }) => input), ...loadCorpus(name)],
    usedBlocks,
    wordsInCode,
    isOver: () => performance.now() - begun >= seconds * 1000,
    onInput: (input) => beat(name, input),
    onProgress({ executions, blocks, kept }) {
      if (performance.now() - printed < progressEveryMs) return
      printed = performance.now()
      print(`${name}: ${executions} inputs, ${speed(executions)}, ${blocks} blocks, ${kept} kept`)
    },
  })
  const heapGrowth = usedHeap() - heapBefore
  await target.close?.()
  const summary = `${name}: ${report.executions} inputs, ${speed(report.executions)}, ${report.blocks} blocks, ${report.corpus.length} in the corpus, seed ${seed}`
  return judged(name, { report, heapGrowth, summary, keep }, print)
}

function judged(
  name: string,
  what: {
    readonly report: Report
    readonly heapGrowth: number
    readonly summary: string
    readonly keep: boolean
  },
  print: (line: string) => void,
): boolean {
  const { report, heapGrowth, summary, keep } = what
  const { found, corpus } = report
  if (found !== null) {
    print(`${summary}\n${name}: FOUND ${found.rule}\n  ${found.message}\n  ${JSON.stringify(found.input)}`)
    print(`  kept in ${saveFind(name, found)}`)
    return false
  }
  if (heapGrowth > maxGrowthBytes) {
    print(
      `${summary}\n${name}: FOUND memory that is not given back: ${Math.round(heapGrowth / 1_048_576)} MiB`,
    )
    return false
  }
  print(`${summary}, nothing found`)
  if (keep) saveCorpus(name, corpus)
  return true
}

function usedHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}
