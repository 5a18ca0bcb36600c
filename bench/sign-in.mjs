// Signing in with a password over HTTP, on SQLite, with real hashing on every core: against the bare hash function; how long
// a guarded page takes meanwhile; and how soon those are refused for whom there is no room in the queue.

import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { withInterval } from './lib/report.mjs'
import { answer } from './lib/run.mjs'
import { startServer } from './lib/server.mjs'
import { median, quantile, ratio } from './lib/statistics.mjs'

/**
 * @typedef {{ port: number, names: string[], password: string, headers: [string, string][] }} Told
 * @typedef {{ status: number, ms: number }} Answered
 */

const atOnce = 16
const excess = 400
const crowded = 120
const pageEveryMs = 10

await answer(async ({ quick, tell }) => {
  const rounds = quick ? 2 : 12
  const sliceMs = quick ? 200 : 2000
  /** @type {import('./lib/server.mjs').Server<Told>} */
  const server = await startServer('sign-in/server.mjs', { people: 1000 }, { everyCore: true })
  const { port, names, password, headers } = server.told
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
  let turn = 0

  /** @returns {Promise<Answered>} */
  const signIn = () => {
    const at = turn++
    const username = names[at % names.length]
    const from = `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`
    return ask('POST', '/auth/login', { 'X-Forwarded-For': from }, { username, password })
  }
  /** @returns {Promise<Answered>} */
  const page = () => ask('GET', '/', Object.fromEntries(headers))

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} more
   * @param {object} [body]
   * @returns {Promise<Answered>}
   */
  function ask(method, path, more, body) {
    const begun = performance.now()
    return new Promise((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', agent, method, path }, (answered) => {
        answered
          .resume()
          .once('end', () => resolve({ status: answered.statusCode ?? 0, ms: performance.now() - begun }))
      })
      for (const [name, value] of Object.entries({ Host: 'localhost:3000', ...more }))
        asked.setHeader(name, value)
      if (body !== undefined) asked.setHeader('Content-Type', 'application/json')
      asked.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  /** @param {number} ms */
  async function signInsPerSecond(ms) {
    const begun = performance.now()
    let done = 0
    const work = async () => {
      while (performance.now() - begun < ms) {
        const { status } = await signIn()
        if (status !== 200) throw new Error(`A sign-in was answered with ${status}.`)
        done++
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    return done / ((performance.now() - begun) / 1000)
  }

  /**
   * More people than there is room for, as long as it lasts.
   *
   * @param {number} ms
   */
  async function crowd(ms) {
    const begun = performance.now()
    /** @type {Answered[]} */
    const answers = []
    const person = async () => {
      while (performance.now() - begun < ms) {
        const answered = await signIn()
        answers.push(answered)
        if (answered.status === 503) await pause(1000)
      }
    }
    await Promise.all(Array.from({ length: crowded }, person))
    return answers
  }

  /** @param {number} ms */
  async function pageTimes(ms) {
    const begun = performance.now()
    /** @type {Promise<Answered>[]} */
    const asked = []
    while (performance.now() - begun < ms) {
      asked.push(page())
      await pause(pageEveryMs)
    }
    const answers = await Promise.all(asked)
    const refused = answers.find(({ status }) => status !== 200)
    if (refused !== undefined) throw new Error(`A page was answered with ${refused.status}.`)
    return answers.map(({ ms: taken }) => taken)
  }

  tell('warming up')
  await signInsPerSecond(sliceMs)
  await pageTimes(sliceMs)
  const [hashes, signIns] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])]
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`)
    hashes.push(Number(await server.ask({ hashForMs: sliceMs })))
    signIns.push(await signInsPerSecond(sliceMs))
  }
  tell('the guarded page, alone and meanwhile')
  const alone = await pageTimes(sliceMs * 3)
  const [meanwhile] = await Promise.all([pageTimes(sliceMs * 5), signInsPerSecond(sliceMs * 5)])
  tell('more than there is room for')
  const burst = await Promise.all(Array.from({ length: excess }, signIn))
  await pause(3000)
  const steady = await crowd(sliceMs * 5)
  const crowds = [
    { name: `${excess} in one moment, each on a connection of its own`, all: burst },
    { name: `${crowded} who try again a second after they were refused`, all: steady },
  ].map(({ name, all }) => {
    const refused = all.filter(({ status }) => status === 503).map(({ ms }) => ms)
    const taken = all.filter(({ status }) => status === 200)
    if (refused.length + taken.length !== all.length) throw new Error('Something else than 200 and 503.')
    return { name, taken: taken.length, refused }
  })
  const [, full] = crowds
  if (full === undefined) throw new Error('There are two.')
  agent.destroy()
  await server.stop()

  const share = ratio(signIns, hashes)
  return {
    tables: [
      {
        caption: `Signing in, ${atOnce} at once, 1,000 people, one SQLite file; against Argon2id (19 MiB, 2 passes) alone on every core. The load runs on one of them too.`,
        head: ['hashes a second', 'sign-ins a second', 'share (95 %)'],
        rows: [[median(hashes), median(signIns), withInterval(share)]],
      },
      {
        caption: `A guarded page, one every ${pageEveryMs} ms, ms.`,
        head: ['', 'median', '99 %', 'longest'],
        rows: [
          ['alone', median(alone), quantile(alone, 0.99), Math.max(...alone)],
          [
            'while sign-ins take every core',
            median(meanwhile),
            quantile(meanwhile, 0.99),
            Math.max(...meanwhile),
          ],
        ],
      },
      {
        caption:
          'More sign-ins than there is room for: those refused with 503, ms from the request to the answer.',
        head: ['', 'signed in', 'refused', 'median', '99 %'],
        rows: crowds.map(({ name, taken, refused }) => [
          name,
          taken,
          refused.length,
          median(refused),
          quantile(refused, 0.99),
        ]),
      },
    ],
    targets: [
      { what: 'sign-ins, share of bare hashing', side: 'at least', limit: 0.9, measured: share.value },
      {
        what: 'guarded page while sign-ins saturate, 99 %',
        side: 'at most',
        limit: 25,
        measured: quantile(meanwhile, 0.99),
        unit: ' ms',
      },
      {
        what: 'refusal while the queue is full, median',
        side: 'at most',
        limit: 50,
        measured: median(full.refused),
        unit: ' ms',
      },
    ],
  }
})
