// The stand-alone server as an operator starts it, behind a proxy that it trusts, on a copy of one prepared database.
// Prepared before it starts: people with passwords, honest ones who are signed in, and accounts of the attacker's own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { hashArgon2 } from '../../packages/sessera/dist/passwords/argon2.js'
import { allCores, pinned } from '../lib/run.mjs'
import { freePort } from '../lib/server.mjs'
import { authOptions, headersOf, signInMany, startSession, temporaryFolder } from '../lib/world.mjs'

/**
 * @typedef {import('../lib/world.mjs').Holder} Holder
 * @typedef {[name: string, value: string][]} Headers
 *
 * @typedef {object} Prepared
 * @property {string} password of everybody
 * @property {string[]} honestNames who may sign in
 * @property {Headers[]} honest the headers of who is signed in: by session, by token
 * @property {string[]} ownNames the attacker's accounts
 * @property {Holder[]} own the attacker's sessions
 * @property {string} refreshToken of one more of them
 *
 * @typedef {object} Running
 * @property {number} port
 * @property {() => Promise<Vitals>} vitals
 * @property {() => Promise<number>} stop by SIGTERM; seconds until it had ended by itself
 *
 * @typedef {{ mib: number, lagMs: number, connections: number }} Vitals memory and connections now; the longest that the event
 *   loop was held up since it was last asked
 */

const origin = 'https://auth.example.com'
const secret = 'a-secret-of-the-benchmarks-thirty-two-or-more'
const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
const people = 200
/** Below what one user may have. */
const sessionsEach = 60
const ownAccounts = 20

/** @returns {Promise<{ preparedFile: string, preparedAt: number, start: () => Promise<Running>, remove: () => void }>} */
export async function prepare() {
  const folder = temporaryFolder()
  const template = join(folder.path, 'prepared')
  mkdirSync(template)
  const auth = createAuth({
    ...authOptions,
    origin,
    secrets: [secret],
    store: sqlite(join(template, 'sessera.db')),
  })
  const password = 'four words of some length'
  const passwordHash = await hashArgon2(password, null)
  const honestNames = Array.from({ length: people }, (_, at) => `person-${at}`)
  const ownNames = Array.from({ length: ownAccounts }, (_, at) => `mallory-${at}`)
  await auth.users.import([...honestNames, ...ownNames].map((username) => ({ username, passwordHash })))
  const honest = (await Promise.all([signInMany(auth, 'session', 8), signInMany(auth, 'token', 8)])).flat()
  const own = await signInOften(auth, ownNames)
  const [{ refreshToken = null } = {}] = await signInMany(auth, 'token', 1)
  if (refreshToken === null) throw new Error('A token pair came without a refresh token.')
  await auth.close()
  const preparedFile = join(folder.path, 'prepared.json')
  /** @type {Prepared} */
  const prepared = { password, honestNames, honest: honest.map(headersOf), ownNames, own, refreshToken }
  writeFileSync(preparedFile, JSON.stringify(prepared))
  let copies = 0
  return {
    preparedFile,
    preparedAt: performance.now(),
    start() {
      copies += 1
      const data = join(folder.path, String(copies))
      cpSync(template, data, { recursive: true })
      return startServer(data)
    },
    remove: folder.remove,
  }
}

/**
 * @param {import('sessera').Auth} auth
 * @param {string[]} names
 * @returns {Promise<Holder[]>}
 */
async function signInOften(auth, names) {
  /** @type {Holder[]} */
  const own = []
  for (const username of names) {
    const user = await auth.users.find({ username })
    if (user === null) throw new Error('An account was not imported.')
    for (let turn = 0; turn < sessionsEach; turn++)
      own.push(await startSession(auth, 'session', { userId: user.id, username }))
  }
  return own
}

/**
 * @param {string} data
 * @returns {Promise<Running>}
 */
async function startServer(data) {
  const [port, metrics] = [await freePort(), await freePort()]
  const { file, args } = pinned(allCores, [process.execPath, main, 'serve'])
  const child = spawn(file, args, {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      SESSERA_ORIGIN: origin,
      SESSERA_SECRET: secret,
      SESSERA_DATA: data,
      SESSERA_METRICS: `127.0.0.1:${metrics}`,
      SESSERA_TRUSTED_PROXIES: 'loopback',
      SESSERA_REGISTRATION: 'open',
      SESSERA_AUDIT_LOG: join(data, 'audit.log'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let ended = false
  closed.then(([code, signal]) => {
    ended = true
    output += `It ended with ${code ?? signal}.`
  })
  let output = ''
  await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (output.length > 100_000) return
      output += text
      if (output.includes('Sessera is at')) resolve(null)
    })
    closed.then(() => reject(new Error(`The server did not start: ${output}`)), reject)
  })
  return {
    port,
    async vitals() {
      if (ended) throw new Error(`The server is gone: ${output}`)
      const answer = await fetch(`http://127.0.0.1:${metrics}/metrics`)
      const text = await answer.text()
      const read = (/** @type {string} */ name) =>
        Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
      return {
        mib: read('process_resident_memory_bytes') / 2 ** 20,
        connections: read('nodejs_active_resources\\{type="TCPSocketWrap"\\}'),
        lagMs: read('nodejs_eventloop_lag_max_seconds') * 1000,
      }
    },
    async stop() {
      const begun = performance.now()
      child.kill('SIGTERM')
      const [code, signal] = await closed
      if (code !== 0) throw new Error(`The server ended with ${code ?? signal}: ${output}`)
      return (performance.now() - begun) / 1000
    },
  }
}
