// What do others feel while somebody floods? The stand-alone server, honest people and one attacker, each a process of its
// own; a server anew for each attack, so that none inherits what another has left behind.

import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { attacks } from './denial-of-service/attacks.mjs'
import { prepare } from './denial-of-service/stand.mjs'
import { answer } from './lib/run.mjs'
import { startServer } from './lib/server.mjs'
import { median, quantile } from './lib/statistics.mjs'

/**
 * @typedef {import('./denial-of-service/honest.mjs').Felt} Felt
 * @typedef {import('./denial-of-service/sockets.mjs').Count} Count
 * @typedef {import('./denial-of-service/attacks.mjs').Definition} Definition
 * @typedef {Awaited<ReturnType<typeof prepare>>} Stand
 *
 * @typedef {object} Outcome
 * @property {Definition} attack
 * @property {Record<'before' | 'during' | 'after', Felt>} felt
 * @property {Count} count
 * @property {number} seconds how long it was attacked
 * @property {Record<'before' | 'highest' | 'after', number>} mib
 * @property {Record<'before' | 'during', number>} lagMs
 * @property {Record<'highest' | 'after', number>} connections
 * @property {number} stopSeconds
 */

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string', multiple: true } },
})
/** Tokens and proofs are valid for a quarter of an hour. */
const lastsMs = 8 * 60_000
const ms = { warmUp: 500, before: 1000, during: 2500, after: 700, recovery: 500, sample: 200 }

await answer(async ({ quick, tell }) => {
  const names = values.only ?? Object.keys(attacks)
  tell('preparing')
  let stand = await prepare()
  /** @type {Outcome[]} */
  const outcomes = []
  try {
    for (const name of names) {
      tell(name)
      if (performance.now() - stand.preparedAt > lastsMs) {
        stand.remove()
        stand = await prepare()
      }
      outcomes.push(await undergo(stand, name, quick))
    }
  } finally {
    stand.remove()
  }
  return finding(outcomes)
})

/**
 * @param {Stand} stand
 * @param {string} name
 * @param {boolean} quick
 * @returns {Promise<Outcome>}
 */
async function undergo({ preparedFile, start }, name, quick) {
  const attack = attacks[name]
  if (attack === undefined) throw new Error(`There is no attack ${name}.`)
  const server = await start()
  const { port } = server
  const jwks = await (await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)).json()
  const honest = await startServer(
    'denial-of-service/honest.mjs',
    { port, preparedFile },
    { everyCore: true },
  )
  const feel = async (/** @type {number} */ lasting) =>
    /** @type {Felt} */ (await honest.ask({ ms: quick ? lasting / 5 : lasting }))

  await feel(ms.warmUp)
  const before = await feel(ms.before)
  const calm = await server.vitals()
  const begun = performance.now()
  const target = { name, port, preparedFile, jwks }
  const attacker = await startServer('denial-of-service/attacker.mjs', target, { everyCore: true })
  const lasting = Math.max(ms.during, (attack.cutWithin ?? 0) * 1000)
  const [during, strained] = await watch(server, () => feel(lasting))
  const count = /** @type {Count} */ (await attacker.ask({}))
  const seconds = (performance.now() - begun) / 1000
  if (attack.untilTheEnd !== true) {
    await attacker.stop()
    await pause(ms.recovery)
  }
  const after = await feel(ms.after)
  const rested = await server.vitals()
  await honest.stop()
  const stopSeconds = await server.stop()
  if (attack.untilTheEnd === true) await attacker.stop()
  return {
    attack,
    felt: { before, during, after },
    count,
    seconds,
    mib: { before: calm.mib, highest: strained.mib, after: rested.mib },
    lagMs: { before: calm.lagMs, during: strained.lagMs },
    connections: { highest: strained.connections, after: rested.connections },
    stopSeconds,
  }
}

/**
 * @template T
 * @param {import('./denial-of-service/stand.mjs').Running} server
 * @param {() => Promise<T>} act
 * @returns {Promise<[T, import('./denial-of-service/stand.mjs').Vitals]>} what it came to, and the highest vitals meanwhile
 */
async function watch({ vitals }, act) {
  let over = false
  const acted = act().finally(() => {
    over = true
  })
  const highest = await vitals()
  while (!over) {
    await pause(ms.sample)
    const now = await vitals()
    highest.mib = Math.max(highest.mib, now.mib)
    highest.lagMs = Math.max(highest.lagMs, now.lagMs)
    highest.connections = Math.max(highest.connections, now.connections)
  }
  return [await acted, highest]
}

/**
 * @param {Outcome[]} outcomes
 * @returns {import('./lib/report.mjs').Finding}
 */
function finding(outcomes) {
  const all = outcomes.map((outcome) => ({ outcome, lost: lostOf(outcome) }))
  const cut = outcomes.filter(({ attack }) => attack.cutWithin !== undefined)
  return {
    tables: [
      {
        caption:
          'One attacker, and what others feel. Times in ms. A guarded page: 40 a second of 16 people who are signed in. A first page: five a second, each over a new connection. Signing in: two a second; refused: answered 503 or 429.',
        head: [
          'attack',
          'a second',
          'answers',
          'guarded page p50',
          'p99',
          'first page p99',
          'signing in p50',
          'refused',
          'lost',
        ],
        rows: all.map(({ outcome: { attack, count, seconds, felt }, lost }) => [
          attack.what,
          perSecond(count, seconds),
          answersOf(count),
          beforeAndDuring(felt, (part) => median(times(part.guarded))),
          beforeAndDuring(felt, (part) => quantile(times(part.guarded), 0.99)),
          beforeAndDuring(felt, (part) => quantile(times(part.pages), 0.99)),
          beforeAndDuring(felt, (part) => median(times(part.signIns.filter(({ status }) => status === 200)))),
          refusedOf(felt.during),
          lost,
        ]),
      },
      {
        caption:
          'The server meanwhile, and a second after the end. Memory in MiB: before, at most, afterwards. Held up: the longest that the event loop was, ms. Connections: at most, afterwards. Cut: the longest that one lasted, s. Ended: after SIGTERM, s.',
        head: ['attack', 'memory', 'held up', 'connections', 'guarded page p50 afterwards', 'cut', 'ended'],
        rows: outcomes.map(({ attack, mib, lagMs, connections, felt, count, stopSeconds }) => [
          attack.what,
          `${mib.before.toFixed(0)} → ${mib.highest.toFixed(0)} → ${mib.after.toFixed(0)}`,
          `${lagMs.before.toFixed(0)} → ${lagMs.during.toFixed(0)}`,
          `${connections.highest} → ${connections.after}`,
          median(times(felt.after.guarded)),
          attack.cutWithin === undefined ? '' : count.longestSeconds.toFixed(1),
          `${stopSeconds.toFixed(1)}${attack.untilTheEnd === true ? ', attacked until then' : ''}`,
        ]),
      },
    ],
    targets: [
      {
        what: 'requests of others without the right answer, but for sign-ins',
        side: 'at most',
        limit: 0,
        measured: all.reduce((sum, { lost }) => sum + lost, 0),
      },
      ...cut.map(({ attack, count, seconds }) => ({
        what: `cut: ${attack.what}`,
        side: /** @type {const} */ ('at most'),
        limit: attack.cutWithin ?? 0,
        measured: count.longestSeconds === 0 ? seconds : count.longestSeconds,
        unit: ' s',
      })),
      {
        what: 'SIGTERM to end, slowest',
        side: 'at most',
        limit: 7,
        measured: Math.max(...outcomes.map(({ stopSeconds }) => stopSeconds)),
        unit: ' s',
      },
    ],
  }
}

/** @typedef {import('./denial-of-service/honest.mjs').Answered} Answered */

/** @param {Answered[]} answers */
function times(answers) {
  return answers.map(({ ms: taken }) => taken)
}

/** @param {Outcome} outcome */
function lostOf({ attack, felt: { during } }) {
  const newcomers = attack.fillsTheServer === true ? [] : during.pages
  return [...during.guarded, ...newcomers].filter(({ status }) => status !== 200).length
}

/** @param {Felt} felt */
function refusedOf({ signIns }) {
  return `${signIns.filter(({ status }) => status !== 200).length} of ${signIns.length}`
}

/**
 * @param {Record<'before' | 'during', Felt>} felt
 * @param {(part: Felt) => number} figure
 */
function beforeAndDuring({ before, during }, figure) {
  return [before, during].map((part) => short(figure(part))).join(' → ')
}

/** @param {number} value */
function short(value) {
  return Number.isNaN(value) ? '–' : value.toFixed(value >= 100 ? 0 : 1)
}

/**
 * @param {Count} count
 * @param {number} seconds
 */
function perSecond({ requests, connections }, seconds) {
  return requests === 0
    ? `${Math.round(connections / seconds)} connections`
    : `${Math.round(requests / seconds)} requests`
}

/** @param {Count} count */
function answersOf({ answers }) {
  const total = Object.values(answers).reduce((sum, many) => sum + many, 0)
  return Object.entries(answers)
    .sort(([, many], [, more]) => more - many)
    .map(([status, many]) => `${status} ${((many / total) * 100).toFixed(0)} %`)
    .join(', ')
}
