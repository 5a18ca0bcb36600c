// What every actor shares: the processes, the record, the end of the play, and the questions that are asked of a server.

import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.mjs'
import { headersOf, heldFrom } from './held.mjs'
import { machineTime } from './machine-time.mjs'

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {(import('./judge.mjs').Change & { version: number })[]} roles
 * @property {Set<Session>} sessions that nobody has begun to end
 * @property {<T>(act: () => Promise<T>) => Promise<T>} inTurn sign-ins and what ends all of them, one after the other
 *
 * @typedef {object} Session
 * @property {string} id
 * @property {import('sessera').Mode} mode
 * @property {Person} person
 * @property {Person['roles']} roles
 * @property {import('./held.mjs').Held} held
 * @property {import('./judge.mjs').Change | null} end
 *
 * @typedef {object} Stage
 * @property {readonly import('./fleet.mjs').Member[]} members
 * @property {import('./record.mjs').Record} record
 * @property {(actor: string) => import('./dice.mjs').Dice} diceOf
 * @property {AbortSignal} curtain nothing new is begun; what has begun is brought to its end
 * @property {AbortSignal} aborted nothing is brought to its end any more
 * @property {(session: Session) => void} ended every end that was acknowledged
 */

/** Longer than any stop: whoever held the file may have been stopped. */
const patienceMs = 30_000

/** Shorter when the curtain falls. */
export async function pause(/** @type {Pick<Stage, 'curtain'>} */ { curtain }, /** @type {number} */ ms) {
  await sleep(ms, undefined, { signal: curtain }).catch(() => undefined)
}

/**
 * A guarded request, judged.
 *
 * @param {Stage} stage
 * @param {import('./fleet.mjs').Member} member
 * @param {Session} session
 * @param {'feed' | 'store'} [check]
 */
export async function visit({ record }, member, session, check = 'feed') {
  const { held, mode } = session
  const answer = await ask(member, { path: check === 'store' ? '/store' : '/', headers: headersOf(held) })
  const decidedAt = Number(answer.headers['x-decided-at'])
  const decision = {
    ...answer,
    check,
    decidedAt: Number.isFinite(decidedAt) ? decidedAt : null,
    version: answer.status === 200 ? Number(answer.body.slice(1)) : null,
    tokenSince: mode === 'token' ? held.since : null,
  }
  record.decided(session, decision, member.troubled(answer.sentAt, answer.answeredAt))
  const renewed = answer.headers['set-cookie']
  if (renewed !== undefined && session.held === held) session.held = heldFrom(renewed, null, answer.sentAt)
  return answer
}

/**
 * Asks one process after another until one says yes. Waits for a stopped one: what it has received it may still do.
 * Null when the play was aborted, or it was in vain.
 *
 * @param {Stage} stage
 * @param {import('./dice.mjs').Dice} dice
 * @param {import('./ask.mjs').Question} question
 */
export async function insist({ members, record, aborted }, dice, question) {
  const begunAt = machineTime()
  while (!aborted.aborted) {
    const member = dice.pick(members)
    const answer = await ask(member, { method: 'POST', ...question })
    const { status, sentAt, answeredAt } = answer
    if (status !== null && status < 300) return answer
    const detail = `${question.path} at process ${member.number}: ${status}`
    if (status !== null && status !== 503) {
      record.violated('live, and refused', detail)
      return null
    }
    const troubled = members.some((other) => other.troubled(sentAt, answeredAt))
    if (!troubled || answeredAt > begunAt + patienceMs) {
      record.violated('no answer in time', detail)
      return null
    }
    await sleep(20)
  }
  return null
}

/**
 * Ends these sessions by one request, and tells when it has been acknowledged.
 *
 * @param {Stage} stage
 * @param {import('./dice.mjs').Dice} dice
 * @param {readonly Session[]} sessions
 * @param {import('./ask.mjs').Question} question
 */
export async function end(stage, dice, sessions, question) {
  const change = begin()
  for (const session of sessions) {
    session.end = change
    session.person.sessions.delete(session)
  }
  if (!settle(change, await insist(stage, dice, question))) return
  stage.record.count('ended', sessions.length)
  for (const session of sessions) stage.ended(session)
}

/** @returns {import('./judge.mjs').Change} */
export function begin() {
  return { doneAt: Number.POSITIVE_INFINITY, process: -1 }
}

/**
 * @param {import('./judge.mjs').Change} change
 * @param {import('./ask.mjs').Answer | null} answer
 * @returns {boolean} whether it was acknowledged
 */
export function settle(change, answer) {
  if (answer === null) return false
  change.process = answer.process
  change.doneAt = answer.answeredAt
  return true
}
