// What has been seen so far. Once closed it takes nothing more: what a shutdown looks like proves nothing.

import { faultOf, ignoredBy, lateness } from './judge.mjs'

/**
 * @typedef {import('./judge.mjs').Fault | 'signed in while disabled' | 'honest, and refused a refresh' |
 *   'honest, and accused of theft' | 'ended, and refreshed' | 'a process ended by itself'} Violation
 *
 * @typedef {object} Seen
 * @property {number} answers
 * @property {number} signIns
 * @property {number} ended sessions
 * @property {number} refreshes
 * @property {number} rolesChanged
 * @property {number} stops
 * @property {number} kills
 * @property {number} cuts between a process and the store
 * @property {number} bends of a clock
 * @property {number[]} lags ms from an acknowledged end to the first refusal elsewhere, at processes that were well
 * @property {number} latest ms from an acknowledgement to the latest decision that ignored it; 0: none ever did
 * @property {number} late answers of processes that had been stopped, for a fifth of a second at least, by then
 * @property {Map<Violation, { times: number, first: string }>} violations
 * @property {Map<string, number>} said by the processes in their logs
 */

/** @typedef {ReturnType<typeof createRecord>} Record */

export function createRecord() {
  /** @type {Seen} */
  const seen = {
    answers: 0,
    signIns: 0,
    ended: 0,
    refreshes: 0,
    rolesChanged: 0,
    stops: 0,
    kills: 0,
    cuts: 0,
    bends: 0,
    lags: [],
    latest: 0,
    late: 0,
    violations: new Map(),
    said: new Map(),
  }
  let open = true

  /**
   * @param {Violation} violation
   * @param {string} detail of the first one
   */
  function violated(violation, detail) {
    if (!open) return
    const { times, first } = seen.violations.get(violation) ?? { times: 0, first: detail }
    seen.violations.set(violation, { times: times + 1, first })
  }

  return {
    seen,
    violated,
    /** @param {'signIns' | 'ended' | 'refreshes' | 'rolesChanged' | 'stops' | 'kills' | 'cuts' | 'bends'} what */
    count(what, times = 1) {
      if (open) seen[what] += times
    },
    /**
     * @param {import('./judge.mjs').Judged & { mode: string }} session
     * @param {import('./judge.mjs').Decision} decision
     * @param {boolean} troubled
     */
    decided(session, decision, troubled) {
      const { process, check, status, sentAt, answeredAt, decidedAt } = decision
      if (!open) return
      if (status !== null) seen.answers += 1
      if (status !== null && troubled && answeredAt - sentAt > 200) seen.late += 1
      const after = Math.max(0, ...ignoredBy(session, decision).map((change) => lateness(change, decision)))
      if (status === 200) seen.latest = Math.max(seen.latest, after)
      const fault = faultOf(session, decision, troubled)
      if (fault === null) return
      const answer = `process ${process} answered a ${session.mode} with ${status ?? 'nothing'} at level ${check}`
      violated(
        fault,
        status === 200
          ? `${answer}, ${Math.round(after)} ms after the acknowledgement; sent ${Math.round(answeredAt - sentAt)} ms, decided ${decidedAt === null ? '?' : Math.round(answeredAt - decidedAt)} ms before the answer came`
          : `${answer} after ${Math.round(answeredAt - sentAt)} ms`,
      )
    },
    lag(/** @type {number} */ ms) {
      if (open) seen.lags.push(ms)
    },
    said(/** @type {string} */ text) {
      if (open) seen.said.set(text, (seen.said.get(text) ?? 0) + 1)
    },
    close() {
      open = false
    },
  }
}
