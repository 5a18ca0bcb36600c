// The reports of several workers as one. Counters go on where a worker that has ended left them: they never fall.

import { Counter, Gauge, Registry } from 'prom-client'
import { attribute, countersOf, type Report, sumOf } from './report.js'

/** A worker that can be asked. */
export interface Reporter {
  /** Null: no answer in time. */
  report(): Promise<Report | null>
}

export interface Together {
  /** Of the workers by their number. Who asks while others do gets the same answer. */
  collect(): Promise<readonly Report[]>
  /** This one has ended, and is none of the workers any more. */
  ended(worker: Reporter): void
}

export function createTogether(workers: ReadonlyMap<number, Reporter>): Together {
  const registry = new Registry()
  const registers = [registry]
  const states = new Gauge({
    name: 'sessera_workers',
    help: 'Workers, by whether they answered when asked for their metrics.',
    labelNames: ['state'],
    registers,
  })
  const endings = new Counter({
    name: 'sessera_workers_ended_total',
    help: 'Workers that have ended, and that others take the place of.',
    registers,
  })
  const latest = new Map<Reporter, Report>()
  const left: Report[] = []
  let collecting: Promise<readonly Report[]> | null = null

  async function ask(slot: number, worker: Reporter): Promise<Report | null> {
    const report = await worker.report()
    // One that ended meanwhile has left what it had told before.
    if (report === null || workers.get(slot) !== worker) return null
    latest.set(worker, report)
    return attribute(report, slot)
  }

  async function collect(): Promise<readonly Report[]> {
    const asked = [...workers]
    const answers = await Promise.all(asked.map(([slot, worker]) => ask(slot, worker)))
    const answering = answers.filter((answer) => answer !== null)
    const silent = asked.flatMap(([, worker], index) => (answers[index] === null ? [worker] : []))
    states.set({ state: 'answering' }, answering.length)
    states.set({ state: 'silent' }, silent.length)
    if (left.length > 1) left.push(await sumOf(left.splice(0)))
    return [
      attribute(await registry.getMetricsAsJSON(), null),
      ...answering,
      ...silent.map((worker) => countersOf(latest.get(worker) ?? [])),
      ...left,
    ]
  }

  return {
    collect() {
      collecting ??= collect().finally(() => {
        collecting = null
      })
      return collecting
    },
    ended(worker) {
      endings.inc()
      left.push(countersOf(latest.get(worker) ?? []))
      latest.delete(worker)
    },
  }
}
