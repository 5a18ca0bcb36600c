// A server as a target, reached by its address alone: everything goes over sockets, answers are read as they come.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Address, bytesOf, connectTo, type Lines, sendBytes } from '../../http/raw-request.js'
import { Client } from '../../support/client.js'
import type { Target, Trap } from './attack.js'

export interface Reach
  extends Pick<Target, 'origin' | 'accounts' | 'registration' | 'pages' | 'guardedPage' | 'trap'> {
  readonly address: Address
}

/** The limits of the server are in the way of the attacks. */
export class Slowed extends Error {
  constructor() {
    super(
      'The server slows this address down, as it should after so many failures. Wait for five minutes, then try again.',
    )
  }
}

export function reach({ address, origin, ...rest }: Reach): Target {
  const { host } = new URL(origin)
  const send: Target['send'] = (request) => sendBytes(address, bytesOf(request, host))
  const target: Target = {
    ...rest,
    origin,
    send,
    sendBytes: (bytes) => sendBytes(address, bytes),
    connect: () => connectTo(address),
    client: () => new Client(origin, (request) => carry(request, send)),
    async signedIn(mode, who = 'owner') {
      const { username, password } = target.accounts[who]
      const client = target.client()
      const { status, text } = await client.login(username, password, { mode })
      if (status === 429) throw new Slowed()
      if (status !== 200) throw new Error(`${username} could not sign in: ${status} ${text}`)
      return client
    },
  }
  return target
}

async function carry(request: Request, send: Target['send']): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const text = Buffer.from(await request.arrayBuffer()).toString('latin1')
  const { status, headers, body } = await send({
    method: request.method,
    path: `${pathname}${search}`,
    headers: [...request.headers],
    ...(text === '' ? {} : { text }),
  })
  const lines: [string, string][] = headers.map(([name, value]) => [name, value])
  return new Response(status === 204 || status === 304 ? null : body, { status, headers: lines })
}

/** Listens until it is closed. */
export async function setTrap(): Promise<Trap & { close(): Promise<void> }> {
  let visits = 0
  const server = createServer((_, response) => {
    visits += 1
    response.end('{"keys":[]}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    visits: () => visits,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The cookies of a client as header lines. */
export function cookiesOf(client: Client): Lines {
  return Object.entries(client.headers())
}
