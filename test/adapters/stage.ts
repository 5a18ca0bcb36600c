// A world, the app of a fixture in front of it, and people who call that app over a socket.

import { onTestFinished } from 'vitest'
import type { Mode } from '../../packages/sessera/src/domain/principal.js'
import { bytesOf, type RawRequest, sendRaw } from '../http/raw-request.js'
import type { RawAnswer } from '../http/raw-server.js'
import { createWorld, origin, password, type World } from '../support/auth.js'
import { Client, type Reply } from '../support/client.js'
import type { Claims, Fixture, Running } from './fixture.js'

export interface Stage {
  readonly world: World<Claims>
  readonly app: Running
  /** The id of the user `root`, who is an admin. */
  readonly rootId: string
  /** Somebody who holds nothing yet. */
  client(): Client
  /** Signed in at `/auth/login`. */
  signedIn(mode: Mode, username?: string, how?: object): Promise<Client>
  /** One request as bytes, and its answer as it came, without the frames of chunks. */
  send(request: RawRequest): Promise<RawAnswer>
}

const host = new URL(origin).host

/** With `ada`, who is a teller, and `root`. It ends with the test. */
export async function setUp(fixture: Fixture, how: { readonly onRefused?: true } = {}): Promise<Stage> {
  const world = await createWorld<Claims>({ claims: () => ({ plan: 'pro' }), registration: 'open' })
  const rootId = await world.addUser('root', ['admin'])
  const app = await fixture.start(world.auth, how)
  onTestFinished(() => app.close())
  const send = async (request: RawRequest): Promise<RawAnswer> =>
    withoutFrames(await sendRaw(app.port, bytesOf(request, host)))
  const client = (): Client =>
    new Client(origin, async (request) => responseOf(await send(await rawOf(request))))
  return {
    world,
    app,
    rootId,
    client,
    async signedIn(mode, username = 'ada', more = {}) {
      const person = client()
      const { status, text } = await person.login(username, password, { mode, ...more })
      if (status !== 200) throw new Error(`Could not sign in: ${status} ${text}`)
      return person
    },
    send,
  }
}

/** Whatever the framework adds to `Content-Type: application/json`. */
export function jsonOf({ text }: Pick<Reply, 'text'>): unknown {
  return text === '' ? undefined : JSON.parse(text)
}

/** What a refusal says when nobody has other words for it. */
export function problem(status: number, code: string): object {
  return { status, body: { code, status, type: `urn:sessera:error:${code}` } }
}

async function rawOf(request: Request): Promise<RawRequest> {
  const { pathname, search } = new URL(request.url)
  const text = await request.text()
  return { method: request.method, path: pathname + search, headers: [...request.headers], text }
}

function responseOf({ status, headers, body }: RawAnswer): Response {
  const isEmpty = status === 204 || status === 304
  return new Response(isEmpty ? null : body, {
    status,
    headers: headers.map(([name, value]) => [name, value]),
  })
}

function withoutFrames(answer: RawAnswer): RawAnswer {
  if (!answer.all('transfer-encoding').includes('chunked')) return answer
  const framed = Buffer.from(answer.body)
  const chunks: Buffer[] = []
  for (let at = 0; at < framed.length; ) {
    const lineEnd = framed.indexOf('\r\n', at)
    const size = Number.parseInt(framed.toString('latin1', at, lineEnd), 16)
    if (size === 0 || Number.isNaN(size)) break
    chunks.push(framed.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
  return { ...answer, body: Buffer.concat(chunks).toString('utf8') }
}
