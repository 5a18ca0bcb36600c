// One attacker with 500 slow connections and forged tokens as quickly as they are refused, against the server as an operator
// starts it. Everybody else is served, what is slow is cut at its time-out, and SIGTERM still ends the server.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Client } from '../support/client.js'
import { makeFolder } from '../support/folder.js'
import { atOnce, tally } from '../support/many.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const slowOnes = 500
const password = 'a few quiet words'
const folder = makeFolder()
let server: ServerProcess

beforeAll(async () => {
  server = await startServer(folder.path)
})

afterAll(async () => {
  await server.stop('SIGKILL')
  folder.remove()
})

const post = 'POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
const beginnings = ['', 'GE', `${post}X-Slow: a`, `${post}Content-Length: 1000\r\n\r\n{"a`]

interface Slow {
  readonly socket: Socket
  /** The status that it was told at its end; null: none. */
  readonly ended: Promise<string | null>
}

async function begin(index: number): Promise<Slow> {
  const socket = connect({ port: server.port, host: 'localhost' })
  await once(socket, 'connect')
  let text = ''
  socket
    .on('error', () => undefined)
    .setEncoding('latin1')
    .on('data', (chunk: string) => {
      text += chunk
    })
  const ended = new Promise<string | null>((resolve) => {
    socket.once('close', () => resolve(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? null))
  })
  socket.write(beginnings[index % beginnings.length] ?? '')
  return { socket, ended }
}

async function person(username: string, mode: 'session' | 'token'): Promise<Client> {
  const client = new Client(server.origin, (request) => fetch(request))
  expect((await client.send('POST', '/auth/register', { json: { username, password, mode } })).status).toBe(
    201,
  )
  return client
}

/** Under our key, and everything right but the signature: each costs a verification. */
function forged(token: string): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${randomBytes(64).toString('base64url')}`
}

it('serves others, cuts what is slow, and ends when it is told to', async () => {
  const people = [await person('ada', 'session'), await person('grace', 'token')]
  const token = people[1]?.held.accessToken ?? ''
  const slow = await atOnce(slowOnes, begin)
  let over = false
  const allCut = Promise.all(slow.map(({ ended }) => ended)).finally(() => {
    over = true
  })

  const repeat = async (ask: () => Promise<number>): Promise<readonly number[]> => {
    const statuses: number[] = []
    while (!over) statuses.push(await ask())
    return statuses
  }
  const flood = atOnce(8, () =>
    repeat(async () => {
      const headers = { authorization: `Bearer ${forged(token)}` }
      return (await fetch(`${server.origin}/auth/me`, { headers })).status
    }),
  )
  const served = Promise.all(
    people.map((client) => repeat(async () => (await client.send('GET', '/auth/me')).status)),
  )
  const signedIn = await new Client(server.origin, (request) => fetch(request)).send('POST', '/auth/login', {
    json: { username: 'ada', password },
  })

  expect(signedIn.status).toBe(200)
  expect(tally(await allCut)).toEqual({ 400: slowOnes / 4, 408: (slowOnes / 4) * 3 })
  expect(new Set((await flood).flat())).toEqual(new Set([401]))
  for (const statuses of await served) expect(new Set(statuses)).toEqual(new Set([200]))

  const more = await atOnce(slowOnes, begin)
  const { code } = await server.stop()
  expect(code).toBe(0)
  await Promise.all(more.map(({ ended }) => ended))
})
