// The processes as their operator sees them: started, stopped and let go on, killed and started again, cut off
// from the store, clocks bent.
// Whatever is done to one is on record before it is done, as an outage: what a client meets then is nobody's fault.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { fileURLToPath } from 'node:url'
import { machineTime } from './machine-time.mjs'

/**
 * @typedef {object} Member one of the processes, under the same number however often it is started again
 * @property {number} number
 * @property {() => { port: number, agent: Agent } | null} address null while nobody listens
 * @property {() => boolean} isUp running, and not disturbed at the moment
 * @property {() => 'wall' | 'monotonic'} liar the hand of its clock that may be bent: assumption 3 leaves the other alone
 * @property {(from: number, to: number) => boolean} troubled whether an outage may have been felt between two moments
 * @property {() => Promise<void>} start resolves when it answers
 * @property {(bend: import('./bent-clock.mjs').Bend) => Promise<void>} bend resolves when the process knows
 * @property {() => void} stop as if its machine had frozen
 * @property {() => void} goOn
 * @property {() => Promise<void>} cut what the store answers does not arrive until `reopen`
 * @property {() => Promise<void>} reopen
 * @property {() => Promise<void>} kill resolves when it is gone
 *
 * @typedef {object} Events
 * @property {() => void} theft a client was accused of it
 * @property {(text: string) => void} said a warning or an error in the log
 * @property {(number: number, how: string) => void} died by itself
 */

const script = fileURLToPath(new URL('server.mjs', import.meta.url))
/** How long after an outage a client may still be told to come back later. */
const recoveryMs = 2000

/**
 * @param {number} number
 * @param {import('./server.mjs').Settings} settings
 * @param {import('./dice.mjs').Dice} dice
 * @param {Events} events
 * @returns {Member}
 */
export function createMember(number, settings, dice, events) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null
  /** @type {{ port: number, agent: Agent } | null} */
  let address = null
  /** @type {'wall' | 'monotonic'} */
  let liar = 'wall'
  /** @type {{ from: number, to: number }[]} */
  const outages = []
  const latest = () => outages.at(-1) ?? { from: 0, to: 0 }
  const disturb = () => outages.push({ from: machineTime(), to: Number.POSITIVE_INFINITY })
  const recover = () => {
    latest().to = machineTime()
  }

  /**
   * @template T
   * @param {object} message
   * @param {(told: import('./server.mjs').Told) => T | undefined} answer
   * @returns {Promise<T | null>} null when it ended before it answered
   */
  function ask(message, answer) {
    const asked = /** @type {import('node:child_process').ChildProcess} */ (child)
    return new Promise((resolve) => {
      const gone = () => resolve(null)
      const hear = (/** @type {import('./server.mjs').Told} */ told) => {
        const answered = answer(told)
        if (answered === undefined) return
        asked.off('exit', gone).off('message', hear)
        resolve(answered)
      }
      asked.on('message', hear).once('exit', gone)
      asked.send(message, () => undefined)
    })
  }

  /** @param {import('./server.mjs').Order} order */
  async function order(order) {
    await ask(order, (told) => ('done' in told ? true : undefined))
  }

  return {
    number,
    address: () => address,
    isUp: () => address !== null && latest().to < machineTime(),
    liar: () => liar,
    troubled: (from, to) => outages.some((outage) => outage.from <= to && from <= outage.to + recoveryMs),
    async start() {
      if (address === null && latest().to < machineTime()) disturb()
      liar = dice.pick(['wall', 'monotonic'])
      child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      child.on('message', (/** @type {import('./server.mjs').Told} */ told) => {
        if ('theft' in told) events.theft()
        else if ('said' in told) events.said(told.said)
      })
      child.once('exit', (code, signal) => {
        address?.agent.destroy()
        address = null
        if (signal !== 'SIGKILL') events.died(number, `${code ?? signal}`)
      })
      const port = await ask(settings, (told) => ('port' in told ? told.port : undefined))
      if (port === null) return
      address = { port, agent: new Agent({ keepAlive: true }) }
      recover()
    },
    bend: (bend) => order({ bend }),
    stop() {
      disturb()
      child?.kill('SIGSTOP')
    },
    goOn() {
      child?.kill('SIGCONT')
      recover()
    },
    async cut() {
      disturb()
      await order({ road: 'cut' })
    },
    async reopen() {
      await order({ road: 'open' })
      recover()
    },
    async kill() {
      disturb()
      if (child === null || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
