// Questions to a worker that may not answer: each is over in a bounded time.

import type { Report } from '../metrics/report.js'

export interface Questions {
  /** Null: no answer in time. */
  ask(): Promise<Report | null>
  answered(id: number, report: Report): void
  /** Nobody will answer any more. */
  giveUp(): void
}

/** Whoever collects metrics waits ten seconds by default; a worker that hangs must not keep back what others tell. */
const patienceMs = 1000

export function createQuestions(put: (id: number) => void): Questions {
  const open = new Map<number, (report: Report | null) => void>()
  let last = 0

  return {
    ask() {
      last += 1
      const id = last
      return new Promise((resolve) => {
        const timer = setTimeout(() => end(null), patienceMs)
        function end(report: Report | null): void {
          clearTimeout(timer)
          open.delete(id)
          resolve(report)
        }
        open.set(id, end)
        put(id)
      })
    },
    answered: (id, report) => open.get(id)?.(report),
    giveUp() {
      for (const end of open.values()) end(null)
    },
  }
}
