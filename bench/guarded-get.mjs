// What a guard costs a page: the same page bare, behind a look-up by hand, behind Sessera, behind express-session.
// All in one server process, one at a time; several processes one after the other, since no two compile alike.

import { contest, together } from './lib/contest.mjs'
import { requestText } from './lib/load.mjs'
import { withInterval } from './lib/report.mjs'
import { answer } from './lib/run.mjs'
import { startServer } from './lib/server.mjs'
import { median, ratio } from './lib/statistics.mjs'
import { modes } from './lib/world.mjs'

/** @typedef {{ rivals: { name: string, port: number, headers: [string, string][][] }[] }} Told */

const frameworks = /** @type {const} */ (['node:http', 'Express', 'Fastify', 'Hono'])

await answer(async ({ quick, tell }) => {
  const processes = quick ? 1 : 6
  const how = quick ? { rounds: 2, sliceMs: 50, warmUpMs: 50 } : { rounds: 6, sliceMs: 250, warmUpMs: 1000 }
  const found = []
  for (const framework of frameworks) {
    for (const mode of modes) {
      tell(`${framework}, ${mode}`)
      const runs = []
      for (let turn = 0; turn < processes; turn++) runs.push(await oneProcess({ framework, mode }, how))
      found.push({ framework, mode, runs })
    }
  }
  const compared = found.map(({ framework, mode, runs }) => {
    const bare = together(runs, 'bare')
    const hand = together(runs, 'by hand')
    const sessera = together(runs, 'Sessera')
    const peer = together(runs, 'express-session')
    return {
      framework,
      mode,
      bare,
      toHand: ratio(sessera.perSecond, hand.perSecond),
      cpuToHand: ratio(hand.cpuMicros, sessera.cpuMicros),
      handToBare: ratio(hand.perSecond, bare.perSecond),
      toBare: ratio(sessera.perSecond, bare.perSecond),
      peerToBare: peer.perSecond.length === 0 ? null : ratio(peer.perSecond, bare.perSecond),
    }
  })
  return {
    tables: [
      {
        caption:
          'Share of the bare route on the same server that is kept; 1,000 credentials, 32 connections.',
        head: ['server', 'mode', 'bare, requests/s', 'by hand', 'Sessera', 'express-session, memory'],
        rows: compared.map(({ framework, mode, bare, handToBare, toBare, peerToBare }) => [
          framework,
          mode,
          median(bare.perSecond),
          withInterval(handToBare),
          withInterval(toBare),
          peerToBare === null ? '–' : withInterval(peerToBare),
        ]),
      },
      {
        caption:
          'Sessera against the look-up by hand on the same server: throughput, and requests per processor second.',
        head: ['server', 'mode', 'throughput (95 %)', 'per processor time (95 %)'],
        rows: compared.map(({ framework, mode, toHand, cpuToHand }) => [
          framework,
          mode,
          withInterval(toHand),
          withInterval(cpuToHand),
        ]),
      },
    ],
    targets: compared.map(({ framework, mode, toHand }) => ({
      what: `${framework}, ${mode}: share of the look-up by hand`,
      side: /** @type {const} */ ('at least'),
      limit: 0.97,
      measured: toHand.value,
    })),
  }
})

/**
 * @param {{ framework: string, mode: string }} settings
 * @param {{ rounds: number, sliceMs: number, warmUpMs: number }} how
 */
async function oneProcess(settings, how) {
  /** @type {import('./lib/server.mjs').Server<Told>} */
  const server = await startServer('guarded-get/server.mjs', settings)
  const rivals = server.told.rivals.map(({ name, port, headers }) => {
    const requests = headers.map((some) => Buffer.from(requestText('GET', '/', some)))
    let turn = 0
    return { name, port, next: () => requests[turn++ % requests.length] ?? '' }
  })
  const figures = await contest(server, rivals, how)
  await server.stop()
  return figures
}
