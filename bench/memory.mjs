// How many bytes a remembered credential and a revocation cost, and how long the longest pause is in which a full memory
// makes room. Measured on the structures themselves, filled as a process would fill them.

import { randomUUID } from 'node:crypto'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { createRevocations } from '../packages/sessera/dist/changes/revocations.js'
import { createRemembered, keyOfCookies } from '../packages/sessera/dist/credentials/remembered.js'
import { sessionEnded } from '../packages/sessera/dist/domain/change.js'
import { freezePrincipal } from '../packages/sessera/dist/domain/principal.js'
import { createSystemRandom } from '../packages/sessera/dist/ports/system.js'
import { answer } from './lib/run.mjs'
import { quantile } from './lib/statistics.mjs'

/** @typedef {{ startTime: number, duration: number }} Collection */

const random = createSystemRandom()

await answer(async ({ quick, tell }) => {
  tell('revocations')
  const revocations = measureRevocations(quick ? 20_000 : 500_000)
  tell('remembered credentials')
  const remembered = measureRemembered(quick ? 20_000 : 1_000_000)
  tell('a full memory')
  const full = await measureFull(remembered.estimated, quick ? 20_000 : 200_000)
  return {
    tables: [
      {
        caption: 'Memory in use after a full garbage collection, typed arrays and buffers included.',
        head: ['what', 'held', 'bytes each'],
        rows: [
          ['remembered credential, its principal included', remembered.held, remembered.bytesEach],
          ['session that ended', revocations.held, revocations.bytesEach],
        ],
      },
      {
        caption: `Remembering one more ${full.times.length.toLocaleString('en')} times when memory is full (${full.held.toLocaleString('en')} entries): each makes room for itself.`,
        head: [
          'median, µs',
          'p99.99, µs',
          'longest, ms',
          'longest garbage collection meanwhile, ms',
          'a full collection, ms',
        ],
        rows: [
          [
            quantile(full.times, 0.5) * 1000,
            quantile(full.times, 0.9999) * 1000,
            full.longestMs,
            full.longestCollectionMs,
            full.fullCollectionMs,
          ],
        ],
      },
    ],
    targets: [
      {
        what: 'a remembered credential',
        side: 'at most',
        limit: 600,
        measured: remembered.bytesEach,
        unit: ' bytes',
      },
      { what: 'a revocation', side: 'at most', limit: 120, measured: revocations.bytesEach, unit: ' bytes' },
      {
        what: 'longest pause to make room, garbage collection apart',
        side: 'at most',
        limit: 5,
        measured: full.longestMs,
        unit: ' ms',
      },
    ],
  }
})

/** @param {number} count */
function measureRemembered(count) {
  const before = inUse()
  const remembered = createRemembered(Number.MAX_SAFE_INTEGER, random)
  for (let at = 0; at < count; at++) fill(remembered, newcomer())
  const held = remembered.size
  return { held, bytesEach: (inUse() - before) / held, estimated: remembered.bytes }
}

/**
 * @param {number} maxBytes
 * @param {number} more how many to remember beyond
 */
async function measureFull(maxBytes, more) {
  const remembered = createRemembered(maxBytes, random)
  // A little more than fits, so that there was room to make from the first one on that is timed.
  while (remembered.bytes < maxBytes - 2000) fill(remembered, newcomer())
  for (let at = 0; at < 1000; at++) fill(remembered, newcomer())
  const held = remembered.size
  const begunAt = performance.now()
  collect()
  const fullCollectionMs = performance.now() - begunAt

  /** @type {Collection[]} */
  const collections = []
  const observer = new PerformanceObserver((list) => void collections.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  const spans = Array.from({ length: more }, () => {
    const next = newcomer()
    const { user, system } = process.cpuUsage()
    const start = performance.now()
    fill(remembered, next)
    const end = performance.now()
    const after = process.cpuUsage()
    return { start, end, cpuMs: (after.user + after.system - user - system) / 1000 }
  })
  await pause(100)
  observer.disconnect()
  return {
    held,
    times: spans.map(({ start, end }) => end - start),
    fullCollectionMs,
    longestMs: spans.reduce((longest, span) => Math.max(longest, ownMs(span, collections)), 0),
    longestCollectionMs: collections.reduce((longest, { duration }) => Math.max(longest, duration), 0),
  }
}

/**
 * Without the garbage collections in between, and without the time in which the processor was somebody else's.
 *
 * @param {{ start: number, end: number, cpuMs: number }} span
 * @param {readonly Collection[]} collections
 * @returns {number}
 */
function ownMs({ start, end, cpuMs }, collections) {
  if (end - start < 0.5) return end - start
  const inside = collections.filter(
    ({ startTime, duration }) => startTime + duration > start && startTime < end,
  )
  return Math.min(
    cpuMs,
    inside.reduce((left, { duration }) => left - duration, end - start),
  )
}

/** @param {number} count */
function measureRevocations(count) {
  const keepUntil = Date.now() + 365_000
  const before = inUse()
  const revocations = createRevocations()
  for (let seq = 1; seq <= count; seq++) {
    const change = sessionEnded({ id: random.bytes(16).toString('base64url'), userId: 'somebody' })
    const nonce = random.bytes(8).toString('base64url')
    revocations.apply({ ...change, seq, nonce, at: Date.now(), keepUntil })
  }
  const bytes = inUse() - before
  return { held: revocations.size, bytesEach: bytes / revocations.size }
}

/** A credential that was just verified, of somebody who was never here: nothing of it is shared with another. */
function newcomer() {
  const sessionId = random.bytes(16).toString('base64url')
  const userId = flat(randomUUID())
  const principal = freezePrincipal({
    kind: 'user',
    id: userId,
    username: flat(`user${userId.slice(0, 8)}`),
    sessionId,
    mode: 'session',
    roles: ['member'],
    scopes: [],
    factors: ['pwd'],
    provenAt: Date.now(),
    claims: {},
  })
  return {
    key: keyOfCookies(random.bytes(54).toString('base64url'), null) ?? '',
    entry: {
      authenticated: Object.freeze({
        principal,
        channel: /** @type {const} */ ('cookie'),
        generation: 1,
        renewal: null,
      }),
      endsAt: Date.now() + 86_400_000,
      idleMs: 3_600_000,
      touchEveryMs: 60_000,
      seenAt: Date.now(),
    },
  }
}

/**
 * @param {ReturnType<typeof createRemembered>} remembered
 * @param {ReturnType<typeof newcomer>} next
 */
function fill(remembered, { key, entry }) {
  remembered.fill(key, entry)
}

/**
 * @param {string} text put together from pieces, which would be counted too
 * @returns {string} as it comes from a database
 */
function flat(text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** @returns {number} bytes */
function inUse() {
  // What one collection leaves to be swept, the next one has freed.
  for (let times = 0; times < 3; times++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function collect() {
  if (globalThis.gc === undefined) throw new Error('Run it with node --expose-gc, as bench/main.mjs does.')
  globalThis.gc()
}
