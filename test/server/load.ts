// Many clients that ask for a page without a pause, and how each request went.

import { Agent, get } from 'node:http'

export interface Load {
  /** Answered in full. */
  readonly answered: number
  /** Not taken: the connection was refused or ended before the first byte of an answer. */
  readonly refused: number
  /** Begun and not ended, or never answered at all. */
  readonly broken: number
}

type Outcome = keyof Load

const patienceMs = 5000

/** Half of the clients keep their connection, half take a new one each time. Resolves when `until` has happened. */
export async function loadUntil(url: string, clients: number, until: Promise<unknown>): Promise<Load> {
  const load = { answered: 0, refused: 0, broken: 0 }
  let over = false
  const stop = (): void => {
    over = true
  }
  until.then(stop, stop)
  await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const agent = new Agent({ keepAlive: index % 2 === 0, maxSockets: 1 })
      while (!over) load[await request(url, agent)] += 1
      agent.destroy()
    }),
  )
  return load
}

function request(url: string, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const asked = get(url, { agent, timeout: patienceMs }, (res) => {
      res.resume()
      res.on('close', () => resolve(res.complete ? 'answered' : 'broken'))
    })
    asked.on('timeout', () => {
      resolve('broken')
      asked.destroy()
    })
    asked.on('error', () => resolve('refused'))
  })
}
