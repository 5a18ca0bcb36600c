// What a guard does for a credential that this process has seen, from the headers to the principal, against a look-up
// written by hand, and what it touches. The look-up gets the headers parsed, the guard as they arrived.

import { createHook } from 'node:async_hooks'
import { forExpress } from 'sessera/express'
import { memory } from 'sessera/memory'
import { createAuthWith } from '../packages/sessera/dist/create-auth-with.js'
import { noDemands } from '../packages/sessera/dist/domain/demands.js'
import { coreOf } from '../packages/sessera/dist/http/core.js'
import { fromNode } from '../packages/sessera/dist/http/from-node.js'
import { authorizeNow } from '../packages/sessera/dist/http/guard.js'
import { createPasswords } from '../packages/sessera/dist/passwords/create-passwords.js'
import { createStderrLog, createSystemRandom, systemClock } from '../packages/sessera/dist/ports/system.js'
import { alternate } from './lib/alternate.mjs'
import { createLookUp } from './lib/by-hand.mjs'
import { countCalls, countReadings } from './lib/counting.mjs'
import { withInterval } from './lib/report.mjs'
import { answer } from './lib/run.mjs'
import { median, ratio } from './lib/statistics.mjs'
import { authOptions, fileIn, headersOf, modes, openAuth, signInMany, temporaryFolder } from './lib/world.mjs'

/**
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 * @typedef {(request: IncomingMessage) => boolean} Check whether the guard let it pass in the same step
 */

const people = 1000
// The guard writes nothing on a response unless it refuses or renews.
const response = /** @type {import('express').Response} */ (/** @type {unknown} */ ({}))

await answer(async ({ quick, tell }) => {
  const found = []
  for (const mode of modes) {
    tell(`${mode}: time`)
    const figures = await time(mode, { rounds: quick ? 3 : 60, sliceMs: quick ? 2 : 15 })
    tell(`${mode}: what a check touches`)
    found.push({ mode, ...figures, touched: await count(mode) })
  }
  return {
    tables: [
      {
        caption:
          'One check, nanoseconds, cookies included: what every guard does first, and hash and Map by hand.',
        head: ['mode', 'by hand', 'Sessera', 'ratio (95 %)'],
        rows: found.map(({ mode, hand, sessera }) => [
          mode,
          median(hand),
          median(sessera),
          withInterval(ratio(sessera, hand)),
        ]),
      },
      {
        caption: `What one check does, counted over ${people} of them.`,
        head: ['mode', 'promises', 'store calls', 'wall clock', 'monotonic clock'],
        rows: found.map(({ mode, touched: { promises, storeCalls, wall, monotonic } }) => [
          mode,
          promises / people,
          storeCalls / people,
          wall / people,
          monotonic / people,
        ]),
      },
    ],
    targets: found.flatMap(({ mode, hand, sessera, touched: { promises, storeCalls, wall, monotonic } }) => [
      {
        what: `${mode}: times the look-up by hand`,
        side: /** @type {const} */ ('at most'),
        limit: 1.3,
        measured: ratio(sessera, hand).value,
      },
      {
        what: `${mode}: promises and store calls`,
        side: /** @type {const} */ ('at most'),
        limit: 0,
        measured: promises + storeCalls,
      },
      {
        what: `${mode}: readings of either clock`,
        side: /** @type {const} */ ('at most'),
        limit: 1,
        measured: Math.max(wall, monotonic) / people,
      },
    ]),
  }
})

/**
 * @param {import('sessera').Mode} mode
 * @param {{ rounds: number, sliceMs: number }} how
 * @returns {Promise<{ hand: number[], sessera: number[] }>}
 */
async function time(mode, how) {
  const folder = temporaryFolder()
  const auth = openAuth({ store: fileIn(folder) })
  const { requests, check, lookUp } = await prepare(auth, mode)
  const figures = await alternate(
    [
      { name: 'hand', run: (turn) => lookUp.find(at(requests, turn).headers) },
      { name: 'sessera', run: (turn) => check(at(requests, turn)) || null },
    ],
    how,
  )
  await auth.close()
  folder.remove()
  return { hand: figures.get('hand') ?? [], sessera: figures.get('sessera') ?? [] }
}

/**
 * @param {import('sessera').Mode} mode
 * @returns {Promise<{ promises: number, storeCalls: number, wall: number, monotonic: number }>}
 */
async function count(mode) {
  const { source, calls } = countCalls(memory())
  const { clock, readings } = countReadings(systemClock)
  const log = createStderrLog()
  const auth = createAuthWith(
    { ...authOptions, store: source },
    { clock, random: createSystemRandom(), passwords: createPasswords({ log }), log },
  )
  const { requests, check } = await prepare(auth, mode)
  let promises = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'PROMISE') promises++
    },
  })
  calls.clear()
  const before = { ...readings }
  hook.enable()
  for (const request of requests) if (!check(request)) throw new Error('A credential was not remembered.')
  hook.disable()
  const wall = readings.wall - before.wall
  const monotonic = readings.monotonic - before.monotonic
  const storeCalls = [...calls.values()].reduce((sum, some) => sum + some, 0)
  await auth.close()
  return { promises, storeCalls, wall, monotonic }
}

/**
 * @param {import('sessera').Auth} auth
 * @param {import('sessera').Mode} mode
 */
async function prepare(auth, mode) {
  const holders = await signInMany(auth, mode, people)
  const requests = holders.map(requestOf)
  const lookUp = createLookUp()
  const guard = forExpress(auth).guard()
  for (const [place, { userId, username }] of holders.entries()) {
    const request = at(requests, place)
    lookUp.remember(request.headers, { userId, username, endsAt: Date.now() + 3_600_000 })
    await new Promise((resolve) => guard(request, response, resolve))
  }
  const core = coreOf(auth)
  const { clientIp } = core
  /** @type {Check} */
  const check = (request) => authorizeNow(core, fromNode(request, { clientIp }), noDemands) !== null
  return { requests, check, lookUp }
}

/**
 * @param {import('./lib/world.mjs').Holder} holder
 * @returns {import('express').Request}
 */
function requestOf(holder) {
  const headers = headersOf(holder)
  const request = {
    method: 'GET',
    url: '/',
    rawHeaders: headers.flat(),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
  }
  return /** @type {import('express').Request} */ (/** @type {unknown} */ (request))
}

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} turn
 * @returns {T}
 */
function at(list, turn) {
  return /** @type {T} */ (list[turn % list.length])
}
