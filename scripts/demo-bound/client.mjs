// One client: signs in, looks at the page now here now there, refreshes its tokens, signs out, and begins again.
// Honest and impatient: a process that does not answer is left waiting, and the next one is asked.

import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.mjs'
import { heldFrom } from './held.mjs'
import { machineTime } from './machine-time.mjs'
import { end, insist, pause, visit } from './stage.mjs'

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./stage.mjs').Session} Session
 * @typedef {import('./dice.mjs').Dice} Dice
 * @typedef {import('./ask.mjs').Answer} Answer
 */

const patienceMs = 300
const refreshPatienceMs = 1000
/**
 * What is sent before that is dealt with before the grace is over (10 s), even by a process that is stopped meanwhile
 * (5 s): whoever comes later with a token that was used cannot be told from a thief.
 */
const askWithinMs = 3500

/**
 * @param {Stage} stage
 * @param {object} who
 * @param {string} who.name
 * @param {import('./stage.mjs').Person} who.person
 * @param {import('sessera').Mode} who.mode
 */
export async function playClient(stage, { name, person, mode }) {
  const dice = stage.diceOf(name)
  /** @type {Set<number>} */
  const waiting = new Set()
  await pause(stage, dice.between(0, 500))
  while (!stage.curtain.aborted) {
    const session = await signIn(stage, dice, person, mode)
    if (session === null) return
    let refreshIn = dice.between(30, 150)
    let refused = false
    while (!refused && !stage.curtain.aborted) {
      await pause(stage, dice.between(60, 200))
      if (mode === 'token' && refreshIn-- < 0) {
        refused = !(await refresh(stage, dice, session))
        refreshIn = dice.between(30, 150)
      } else if (session.end === null && dice.happens(0.004)) {
        await signOut(stage, dice, session)
      } else {
        refused = await look(stage, dice, session, waiting)
        if (refused && session.end === null && mode === 'token')
          refused = !(await refresh(stage, dice, session))
      }
    }
  }
}

/**
 * @param {Stage} stage
 * @param {Dice} dice
 * @param {Session} session
 * @param {Set<number>} waiting processes that owe this client an answer
 * @returns {Promise<boolean>} whether it was refused
 */
async function look(stage, dice, session, waiting) {
  const free = stage.members.filter(({ number }) => !waiting.has(number))
  if (free.length === 0) return false
  const member = dice.pick(free)
  waiting.add(member.number)
  const answered = visit(stage, member, session, dice.happens(0.1) ? 'store' : 'feed').then((answer) => {
    waiting.delete(member.number)
    return answer.status === 401
  })
  return Promise.race([answered, sleep(patienceMs, false)])
}

/**
 * @param {Stage} stage
 * @param {Dice} dice
 * @param {import('./stage.mjs').Person} person
 * @param {import('sessera').Mode} mode
 * @returns {Promise<Session | null>}
 */
function signIn(stage, dice, person, mode) {
  return person.inTurn(async () => {
    const answer = await insist(stage, dice, { path: `/start?user=${person.id}&mode=${mode}` })
    if (answer === null) return null
    const { sessionId, setCookies, tokens } = JSON.parse(answer.body)
    const held = heldFrom(setCookies, tokens, answer.sentAt)
    const session = { id: sessionId, mode, person, roles: person.roles, held, end: null }
    person.sessions.add(session)
    stage.record.count('signIns')
    return session
  })
}

/**
 * @param {Stage} stage
 * @param {Dice} dice
 * @param {Session} session
 */
async function signOut(stage, dice, session) {
  const { cookie, tokens } = session.held
  await end(stage, dice, [session], {
    path: '/auth/logout',
    ...(cookie === null
      ? { json: { refresh_token: tokens?.refresh_token } }
      : { headers: { Cookie: cookie } }),
  })
}

/**
 * The same token again, elsewhere, until one of the answers is a pair: that is what the grace is for. A client that gets
 * none in time signs in anew.
 *
 * @param {Stage} stage
 * @param {Dice} dice
 * @param {Session} session
 * @returns {Promise<boolean>} false: refused, or no answer
 */
export async function refresh(stage, dice, session) {
  const json = { refresh_token: session.held.tokens?.refresh_token }
  const until = machineTime() + askWithinMs
  /** @type {Set<Promise<Answer>>} */
  const asked = new Set()
  while (!stage.aborted.aborted) {
    if (machineTime() < until) {
      const question = askForPair(stage, dice.pick(stage.members), session, json)
      asked.add(question)
      void question.then(() => asked.delete(question))
    } else if (asked.size === 0) return false
    const answer = await Promise.race([...asked, sleep(refreshPatienceMs, null)])
    if (answer?.status === 401) return false
    if (answer?.status === 200) {
      session.held = heldFrom([], JSON.parse(answer.body), answer.sentAt)
      stage.record.count('refreshes')
      return true
    }
    await sleep(20)
  }
  return false
}

/**
 * @param {Stage} stage
 * @param {import('./fleet.mjs').Member} member
 * @param {Session} session
 * @param {object} json
 * @returns {Promise<Answer>}
 */
async function askForPair({ members, record }, member, session, json) {
  const answer = await ask(member, { method: 'POST', path: '/auth/refresh', json })
  const { status, sentAt, answeredAt } = answer
  const unavailable = status === null || status === 503
  const excused = unavailable && members.some((other) => other.troubled(sentAt, answeredAt))
  if (session.end === null && status !== 200 && !excused)
    record.violated('honest, and refused a refresh', `process ${member.number}: ${status} ${answer.body}`)
  return answer
}
