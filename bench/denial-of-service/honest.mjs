// Everybody else, in a process of their own: pages of those who are signed in over connections that they keep, a first
// page over a new connection, a sign-in now and then. Asked at fixed times, however long the answers before take.

import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { serve } from '../lib/server.mjs'

/**
 * @typedef {{ status: number, ms: number }} Answered status 0: no answer
 * @typedef {{ guarded: Answered[], pages: Answered[], signIns: Answered[] }} Felt
 */

/** @type {{ port: number, preparedFile: string }} */
const { port, preparedFile } = JSON.parse(process.argv[2] ?? '{}')
/** @type {import('./stand.mjs').Prepared} */
const { honest, honestNames, password } = JSON.parse(readFileSync(preparedFile, 'utf8'))
const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
const every = { guarded: 25, page: 200, signIn: 500 }
const patienceMs = 10_000
const from = { Host: 'auth.example.com', 'X-Forwarded-For': '192.0.2.10' }
const turns = { guarded: 0, signIn: 0 }

const guarded = () =>
  ask({
    path: '/auth/me',
    headers: { ...from, ...Object.fromEntries(honest[turns.guarded++ % honest.length] ?? []) },
    agent,
  })
const page = () => ask({ path: '/', headers: from, agent: false })
const signIn = () =>
  ask(
    {
      method: 'POST',
      path: '/auth/login',
      headers: { ...from, 'Content-Type': 'application/json' },
      agent: false,
    },
    JSON.stringify({ username: honestNames[turns.signIn++ % honestNames.length], password }),
  )

serve(
  {},
  {
    answer: ({ ms }) => feel(Number(ms)),
    stop: async () => agent.destroy(),
  },
)

/**
 * @param {number} ms
 * @returns {Promise<Felt>}
 */
async function feel(ms) {
  const begun = performance.now()
  const repeat = async (/** @type {number} */ everyMs, /** @type {() => Promise<Answered>} */ act) => {
    /** @type {Promise<Answered>[]} */
    const asked = []
    for (let at = 0; at < ms; at += everyMs) {
      const early = begun + at - performance.now()
      if (early > 0) await pause(early)
      asked.push(act())
    }
    return await Promise.all(asked)
  }
  const [guardedOnes, pages, signIns] = await Promise.all([
    repeat(every.guarded, guarded),
    repeat(every.page, page),
    repeat(every.signIn, signIn),
  ])
  return { guarded: guardedOnes, pages, signIns }
}

/**
 * @param {import('node:http').RequestOptions} how
 * @param {string} [body]
 * @returns {Promise<Answered>}
 */
function ask(how, body) {
  const begun = performance.now()
  return new Promise((resolve) => {
    const end = (/** @type {number} */ status) => resolve({ status, ms: performance.now() - begun })
    const asked = request({ ...how, port, host: '127.0.0.1', timeout: patienceMs }, (answered) => {
      answered.resume().once('end', () => end(answered.statusCode ?? 0))
      answered.once('error', () => end(0))
    })
    asked.once('timeout', () => asked.destroy()).once('error', () => end(0))
    asked.end(body)
  })
}
