// What may be answered to whom, and when. Everything is in machine time; whatever is in doubt is in the server's favour:
// a change counts from when its client was told, an answer from the clock reading on which it was decided.

/**
 * @typedef {object} Change something that was done to a session or its user
 * @property {number} doneAt it has happened by then: somebody was told so. Infinity until then
 * @property {number} process that told it; -1 until then
 *
 * @typedef {object} Judged a session as the judge knows it
 * @property {Change | null} end
 * @property {readonly (Change & { version: number })[]} roles of its user, each replaced by the next; `v0` at first
 *
 * @typedef {object} Decision an answer to a guarded request
 * @property {number} process
 * @property {'feed' | 'store'} check
 * @property {number | null} status
 * @property {number} sentAt
 * @property {number} answeredAt
 * @property {number | null} decidedAt as the process itself says; null when it did not say
 * @property {number | null} version of the roles that were let in; null when nobody was
 * @property {number | null} tokenSince when the access token that decides was asked for; null: none decides
 *
 * @typedef {'ended, and let in' | 'old roles, and let in' | 'live, and refused' | 'no answer in time'} Fault
 */

/** DESIGN: the default policy. */
export const maxStalenessMs = 1000

/**
 * @param {Judged} session
 * @param {Decision} decision
 * @param {boolean} troubled whether an outage of our making explains that there was no answer
 * @returns {Fault | null}
 */
export function faultOf(session, decision, troubled) {
  const { status, tokenSince } = decision
  if (status === 200) {
    const missed = ignoredBy(session, decision).find((change) => mustRegard(decision, change))
    if (missed === undefined) return null
    return missed === session.end ? 'ended, and let in' : 'old roles, and let in'
  }
  if (session.end !== null) return null
  if (status === null || status === 503) return troubled ? null : 'no answer in time'
  const outdated = tokenSince !== null && session.roles.some(({ doneAt }) => doneAt > tokenSince)
  return status === 401 && outdated ? null : 'live, and refused'
}

/**
 * The changes that a decision to let in did not regard, whether it had to yet or not.
 *
 * @param {Judged} session
 * @param {Pick<Decision, 'version'>} decision
 * @returns {Change[]}
 */
export function ignoredBy({ end, roles }, { version }) {
  const newer = roles.filter((change) => change.version > (version ?? 0))
  return end === null ? newer : [end, ...newer]
}

/**
 * How long after a change was acknowledged the decision was made, at least: ms.
 *
 * @param {Change} change
 * @param {Pick<Decision, 'sentAt' | 'decidedAt'>} decision
 */
export function lateness({ doneAt }, { sentAt, decidedAt }) {
  return Math.max(sentAt, decidedAt ?? sentAt) - doneAt
}

/**
 * Whether no such decision may be made without regard to the change any more. The process that acknowledged it, and
 * whoever reads the store, know it at once; the others within the bound.
 *
 * @param {Decision} decision
 * @param {Change} change
 */
function mustRegard(decision, change) {
  const atOnce = decision.check === 'store' || decision.process === change.process
  return (atOnce && decision.sentAt > change.doneAt) || lateness(change, decision) > maxStalenessMs
}
