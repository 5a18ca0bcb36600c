// Hands files of tests to the lanes until every mutant is killed or has met all the tests that were to judge it.

import { nameOf } from './plan.mjs'

/** @typedef {import('./instrument.mjs').Mutant} Mutant */
/** @typedef {import('./plan.mjs').Visit} Visit */
/** @typedef {import('./plan.mjs').Recorded} Recorded */
/** @typedef {ReturnType<typeof import('./lanes.mjs').createLane>} Lane */
/**
 * @typedef {{ state: 'killed' | 'survived' | 'open' | 'not run', by?: string | undefined, met: string[] }} Verdict
 * met: the visits that it has survived; open: there are more to come
 */

/** A test may take this much longer with a mutant than without, on a machine with other work. */
const patience = { factor: 3, ms: 4_000 }
/** How many mutants one process takes at most, so that the lanes share the work evenly. */
const atOnce = 120

/**
 * @param {object} options
 * @param {readonly Mutant[]} options.mutants
 * @param {Map<number, Visit[]>} options.plan
 * @param {readonly Recorded[]} options.recorded
 * @param {readonly Lane[]} options.lanes
 * @param {ReadonlyMap<number, Verdict>} options.known from the run before
 * @param {(judged: (Mutant & Verdict)[]) => void} options.save what is known, every half minute
 * @returns {Promise<(Mutant & Verdict)[]>}
 */
export async function judgeAll({ mutants, plan, recorded, lanes, known, save }) {
  const limits = new Map(
    recorded.map(({ file, tests }) => [file, tests.map(({ ms }) => patience.ms + ms * patience.factor)]),
  )
  /** @type {Map<number, Verdict>} */
  const verdicts = new Map()
  /** @type {Map<number, Visit[]>} */
  const open = new Map()
  for (const { id } of mutants) {
    const visits = plan.get(id) ?? []
    const before = known.get(id)
    if (before?.state === 'killed') {
      verdicts.set(id, before)
      continue
    }
    const met = before?.met ?? []
    const left = visits.filter((visit) => !met.includes(nameOf(visit)))
    verdicts.set(id, { state: visits.length === 0 ? 'not run' : 'survived', met: [...met] })
    if (left.length > 0) open.set(id, left)
  }
  const busy = new Set()
  /** Mutants that made a test fail that then failed without them too: they need a process of their own. */
  const doubtful = new Set()
  const begun = Date.now()
  let told = Date.now()

  /** @returns {{ file: string, whole: boolean, ids: number[] } | null} */
  function next() {
    /** @type {Map<string, number[]>} */
    const waiting = new Map()
    for (const [id, [visit]] of open) {
      if (busy.has(id) || visit === undefined) continue
      const key = visit.whole || doubtful.has(id) ? `alone ${id}` : visit.file
      const ids = waiting.get(key)
      if (ids === undefined) waiting.set(key, [id])
      else ids.push(id)
    }
    const [most] = [...waiting.values()].sort((a, b) => b.length - a.length)
    if (most === undefined) return null
    const [visit] = open.get(most[0] ?? 0) ?? []
    return visit === undefined ? null : { file: visit.file, whole: visit.whole, ids: most.slice(0, atOnce) }
  }

  /**
   * @param {number} id
   * @param {string} by
   */
  function kill(id, by) {
    verdicts.set(id, { state: 'killed', by, met: [] })
    open.delete(id)
    doubtful.delete(id)
  }

  /** @param {number} id it has met the file that was next */
  function pass(id) {
    doubtful.delete(id)
    const visits = open.get(id)
    const visit = visits?.shift()
    if (visit !== undefined) verdicts.get(id)?.met.push(nameOf(visit))
    if (visits?.length === 0) open.delete(id)
  }

  /** @param {Lane} lane */
  async function work(lane) {
    while (open.size > 0) {
      const job = next()
      if (job === null) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        continue
      }
      const { file, whole, ids } = job
      for (const id of ids) busy.add(id)
      const fileLimits = limits.get(file) ?? []
      const asked = ids.flatMap((id) => open.get(id)?.[0]?.tests ?? [])
      const longest = asked.reduce((most, place) => Math.max(most, fileLimits[place] ?? 0), 0)
      const { lines, answer } = await lane.run(
        file,
        {
          mode: whole ? 'whole' : 'mutants',
          mutants: ids.map((id) => ({ id, tests: open.get(id)?.[0]?.tests ?? [] })),
          limits: fileLimits,
        },
        (whole ? Math.max(...fileLimits) : longest) + 15_000,
      )
      settle({ file, whole, ids, lines, answer })
      for (const id of ids) busy.delete(id)
      if (Date.now() - told > 30_000) {
        told = Date.now()
        const judged = soFar()
        const killed = judged.filter(({ state }) => state === 'killed').length
        console.log(`${Math.round((told - begun) / 1000)} s: ${killed} killed, ${open.size} open`)
        save(judged)
      }
    }
  }

  /** @param {{ file: string, whole: boolean, ids: number[], lines: Record<string, any>[], answer: Record<string, any> | null }} job */
  function settle({ file, whole, ids, lines, answer }) {
    const killed = new Set()
    for (const { killed: id } of lines) if (typeof id === 'number') killed.add(id)
    for (const id of killed) kill(id, file)
    const left = ids.filter((id) => !killed.has(id))
    if (whole) {
      const [id] = left
      if (id === undefined) return
      if (answer === null || !answer['ok'] || answer['failures'].length > 0) kill(id, file)
      else pass(id)
      return
    }
    const doubted = lines.flatMap((line) => (typeof line['doubtful'] === 'number' ? [line['doubtful']] : []))
    for (const id of doubted) doubtful.add(id)
    const isDone = lines.some(({ done }) => done === true)
    if (isDone) {
      for (const id of left) pass(id)
      return
    }
    const last = lines.findLast((line) => typeof line['begun'] === 'number')?.['begun']
    if (answer === null && last !== undefined && !killed.has(last)) kill(last, `${file} (hangs)`)
    // Nothing was learnt: whatever stops the file before its first test must not be tried for ever.
    else if (killed.size === 0 && doubted.length === 0) for (const id of left) pass(id)
  }

  /** @returns {(Mutant & Verdict)[]} */
  function soFar() {
    return mutants.map((mutant) => {
      const verdict = verdicts.get(mutant.id) ?? { state: 'not run', met: [] }
      return { ...mutant, ...verdict, state: open.has(mutant.id) ? 'open' : verdict.state }
    })
  }

  await Promise.all(lanes.map((lane) => work(lane)))
  return soFar()
}
