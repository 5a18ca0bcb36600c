// What has ended is presented on and on: at once, everywhere, until it is refused, and later again, to those that have
// been stopped or started since.

import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.mjs'
import { maxStalenessMs } from './judge.mjs'
import { machineTime } from './machine-time.mjs'
import { pause, visit } from './stage.mjs'

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./stage.mjs').Session} Session
 */

/**
 * Measures how long the other processes take to hear of it. One that is not well meanwhile is tried, but no measure.
 *
 * @param {Stage} stage
 * @param {Session} session ended
 */
export async function probe(stage, session) {
  const { end } = session
  if (end === null) return
  const others = stage.members.filter(({ number }) => number !== end.process)
  await Promise.all(
    others.map(async (member) => {
      while (!stage.aborted.aborted && machineTime() < end.doneAt + 3 * maxStalenessMs) {
        const { status, answeredAt } = await visit(stage, member, session)
        const well = !member.troubled(end.doneAt, answeredAt)
        if (status === 401 && well) stage.record.lag(answeredAt - end.doneAt)
        if (status === 401) return
        await sleep(well ? 2 : 50)
      }
    }),
  )
}

/**
 * @param {Stage} stage
 * @param {readonly Session[]} graves
 */
export async function haunt(stage, graves) {
  const dice = stage.diceOf('ghost')
  while (!stage.curtain.aborted) {
    await pause(stage, 20)
    const up = stage.members.filter((member) => member.isUp())
    if (graves.length === 0 || up.length === 0) continue
    const [member, session] = [dice.pick(up), dice.pick(graves)]
    if (session.mode === 'token' && dice.happens(0.3)) void refreshInVain(stage, member, session)
    else void visit(stage, member, session, dice.happens(0.2) ? 'store' : 'feed')
  }
}

/** @type {(stage: Stage, member: import('./fleet.mjs').Member, session: Session) => Promise<void>} */
async function refreshInVain({ record }, member, { held }) {
  const json = { refresh_token: held.tokens?.refresh_token }
  const { status } = await ask(member, { method: 'POST', path: '/auth/refresh', json })
  if (status === 200) record.violated('ended, and refreshed', `at process ${member.number}`)
}
