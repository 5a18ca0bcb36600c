// Does the time of a refusal tell whether an account exists? Guesses of every kind in turn, through the HTTP API on
// loopback, with real Argon2 and SQLite: the medians, and the largest gap between those that must look alike.
//   npm run build && node scripts/measure-sign-in-timing.mjs [guesses of each kind, 1000]

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { makeAccounts } from './sign-in-timing/accounts.mjs'

/** @typedef {import('./sign-in-timing/accounts.mjs').Kind} Kind */

const guesses = Number(process.argv[2] ?? 1000)
const warmUp = 20
const mostPercent = 5
const secret = 'a server secret for measuring, long enough'
const folder = mkdtempSync(join(tmpdir(), 'sessera-timing-'))
const file = join(folder, 'auth.db')
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** @param {number} port @param {object} json @param {string} ip @returns {Promise<{ status: number, ms: number }>} */
async function ask(port, json, ip) {
  const body = JSON.stringify(json)
  const begun = performance.now()
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/auth/login',
    method: 'POST',
    agent,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'X-Forwarded-For': ip,
    },
  })
  sent.end(body)
  const [response] = await once(sent, 'response')
  for await (const chunk of response) void chunk
  return { status: response.statusCode, ms: performance.now() - begun }
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return (low + high) / 2
}

/** The largest of them over the smallest, in percent above it. @param {readonly number[]} medians */
const gapOf = (medians) => (Math.max(...medians) / Math.min(...medians) - 1) * 100

/**
 * @param {number} port
 * @param {readonly Kind[]} kinds
 * @returns {Promise<readonly (readonly number[])[]>}
 */
async function measure(port, kinds) {
  /** @type {number[][]} */
  const times = kinds.map(() => [])
  let address = 0
  for (let index = 0; index < guesses; index++) {
    // Another order each time: whoever comes after a slow one would always be the same.
    const order = kinds.map((_, kind) => ({ kind, at: Math.random() })).sort((a, b) => a.at - b.at)
    for (const { kind } of order) {
      address += 1
      const { status, guess } = /** @type {Kind} */ (kinds[kind])
      const ip = `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`
      const answer = await ask(port, guess(index), ip)
      if (answer.status !== status)
        throw new Error(`Answered ${answer.status} where ${status} was to be measured.`)
      times[kind]?.push(answer.ms)
    }
  }
  return times
}

/** @param {string} title @param {readonly { name: string, times: readonly number[] }[]} rows */
function report(title, rows) {
  console.log(title)
  for (const { name, times } of rows) {
    const halves = [0, 1].map((half) => median(times.filter((_, index) => index % 2 === half)))
    const [all, noise] = [median(times).toFixed(2), gapOf(halves).toFixed(1)]
    console.log(`  ${name.padEnd(30)} ${all.padStart(7)} ms   (its own two halves: ${noise} % apart)`)
  }
  const gap = gapOf(rows.map(({ times }) => median(times)))
  console.log(`  largest gap: ${gap.toFixed(1)} %, wanted below ${mostPercent} %\n`)
}

try {
  const kinds = await makeAccounts({ file, secret, guesses })
  const child = fork(new URL('./sign-in-timing/server.mjs', import.meta.url), [file, secret])
  const [port] = await once(child, 'message')
  for (let index = 0; index < warmUp; index++)
    await ask(port, { username: `warm-up-${index}`, password: 'not the password' }, '127.0.0.9')
  const times = await measure(port, kinds)
  const rows = kinds.map(({ name, status }, index) => ({ name, status, times: times[index] ?? [] }))
  console.log(`${guesses} sign-ins of each kind, in turn\n`)
  report(
    'Refused with 401: every one costs a hash',
    rows.filter(({ status }) => status === 401),
  )
  report(
    'Refused with 429: none does',
    rows.filter(({ status }) => status === 429),
  )
  agent.destroy()
  child.disconnect()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
