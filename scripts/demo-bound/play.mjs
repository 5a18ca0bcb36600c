// The whole play: processes on one file, people, clients, everything that befalls them, and a last look at everybody.
// However it ends, no process and no file of it is left.

import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.mjs'
import { playClient, refresh } from './client.mjs'
import { createDice } from './dice.mjs'
import { createMember } from './fleet.mjs'
import { haunt, probe } from './ghosts.mjs'
import { machineTime } from './machine-time.mjs'
import { createRecord } from './record.mjs'
import { rule } from './ruler.mjs'
import { visit } from './stage.mjs'
import { weather } from './weather.mjs'

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./stage.mjs').Session} Session
 * @typedef {import('./stage.mjs').Person} Person
 *
 * @typedef {object} Wanted
 * @property {number} seconds
 * @property {number} processes
 * @property {number} clients
 * @property {string} seed
 * @property {boolean} sabotage whether one process is made deaf
 *
 * @typedef {object} LastLook how often each was presented, all of them at every process
 * @property {number} live
 * @property {number} ended
 * @property {{ live: number, ended: number }} refused
 */

const modes = /** @type {const} */ (['session', 'token', 'hybrid'])
/** Clients of one person: so that "all" and "all others" mean something. */
const devices = 2

/**
 * @param {Wanted} wanted
 * @param {AbortSignal} aborted
 * @param {(seen: import('./record.mjs').Seen, ms: number) => void} eachSecond told what was seen after so long
 * @returns {Promise<{ seen: import('./record.mjs').Seen, last: LastLook | null }>} null when it was aborted before
 */
export async function play({ seconds, processes, clients, seed, sabotage }, aborted, eachSecond) {
  const record = createRecord()
  const folder = mkdtempSync(join(tmpdir(), 'sessera-bound-'))
  const settings = { file: join(folder, 'auth.db'), secret: randomBytes(32).toString('base64url') }
  const members = Array.from({ length: processes }, (_, number) =>
    createMember(
      number,
      { ...settings, sabotaged: sabotage && number === processes - 1 },
      createDice(`${seed}/process ${number}`),
      {
        theft: () => record.violated('honest, and accused of theft', `by process ${number}`),
        said: record.said,
        died: (_number, how) => record.violated('a process ended by itself', `${number}: ${how}`),
      },
    ),
  )
  const curtain = new AbortController()
  setMaxListeners(0, curtain.signal)
  aborted.addEventListener('abort', () => curtain.abort(), { once: true })
  /** @type {Session[]} */
  const graves = []
  /** @type {Promise<void>[]} */
  const probes = []
  /** @type {Stage} */
  const stage = {
    members,
    record,
    diceOf: (actor) => createDice(`${seed}/${actor}`),
    curtain: curtain.signal,
    aborted,
    ended(session) {
      graves.push(session)
      probes.push(probe(stage, session))
    },
  }

  try {
    await Promise.race([Promise.all(members.map((member) => member.start())), whenAborted(aborted)])
    const people = await makePeople(stage, Math.max(1, Math.ceil(clients / devices)))
    const begunAt = machineTime()
    const told = setInterval(() => eachSecond(record.seen, machineTime() - begunAt), 1000)
    const timer = setTimeout(() => curtain.abort(), seconds * 1000)
    const actors = Promise.all([
      weather(stage),
      rule(stage, people),
      haunt(stage, graves),
      ...Array.from({ length: clients }, (_, at) => {
        const person = /** @type {Person} */ (people[at % people.length])
        const mode = /** @type {import('sessera').Mode} */ (modes[at % modes.length])
        return playClient(stage, { name: `client ${at}`, person, mode })
      }),
    ])
    try {
      await Promise.race([actors.then(() => Promise.all(probes)), whenAborted(aborted)])
    } finally {
      clearInterval(told)
      clearTimeout(timer)
    }
    const last = aborted.aborted ? null : await lookAtAll(stage, people, graves)
    return { seen: record.seen, last }
  } finally {
    record.close()
    await Promise.all(members.map((member) => member.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {Stage} stage
 * @param {number} count
 * @returns {Promise<Person[]>}
 */
function makePeople({ members }, count) {
  const [first] = members
  return Promise.all(
    Array.from({ length: first === undefined ? 0 : count }, async (_, at) => {
      const question = { method: /** @type {const} */ ('POST'), path: `/people?name=person-${at}` }
      const { body } = await ask(/** @type {import('./fleet.mjs').Member} */ (first), question)
      /** @type {Promise<unknown>} */
      let turn = Promise.resolve()
      return {
        id: body === '' ? '' : JSON.parse(body).id,
        roles: [],
        sessions: new Set(),
        inTurn(act) {
          const done = turn.then(act)
          turn = done.catch(() => undefined)
          return done
        },
      }
    }),
  )
}

/**
 * When everything has calmed down: whoever is signed in is let in everywhere, with fresh tokens where roles have changed,
 * and whatever has ended is let in nowhere.
 *
 * @param {Stage} stage
 * @param {readonly Person[]} people
 * @param {readonly Session[]} graves
 * @returns {Promise<LastLook | null>}
 */
async function lookAtAll(stage, people, graves) {
  const live = people.flatMap(({ sessions }) => [...sessions])
  const dice = stage.diceOf('last look')
  const withTokens = live.filter(({ mode }) => mode === 'token')
  await Promise.all(withTokens.map((session) => refresh(stage, dice, session)))
  const visits = [...live, ...graves]
    .flatMap((session) => stage.members.map((member) => ({ session, member })))
    .values()
  const refused = { live: 0, ended: 0 }
  const look = async () => {
    for (const { session, member } of visits) {
      const status = await settledStatus(stage, member, session)
      if (status !== 200) refused[session.end === null ? 'live' : 'ended'] += 1
    }
  }
  await Promise.all(Array.from({ length: 32 }, look))
  if (stage.aborted.aborted) return null
  const all = stage.members.length
  return { live: live.length * all, ended: graves.length * all, refused }
}

/**
 * Asks again as long as the process may still be recovering.
 *
 * @type {(stage: Stage, member: import('./fleet.mjs').Member, session: Session) => Promise<number | null>}
 */
async function settledStatus(stage, member, session) {
  for (;;) {
    const { status, sentAt, answeredAt } = await visit(stage, member, session)
    const mayComeBack = status === null || status === 503
    if (!mayComeBack || !member.troubled(sentAt, answeredAt) || stage.aborted.aborted) return status
    await sleep(50)
  }
}

/** @returns {Promise<void>} */
function whenAborted(/** @type {AbortSignal} */ aborted) {
  return new Promise((resolve) => {
    if (aborted.aborted) resolve()
    else aborted.addEventListener('abort', () => resolve(), { once: true })
  })
}
