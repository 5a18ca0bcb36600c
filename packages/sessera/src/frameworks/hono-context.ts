// What a context of Hono lends us: Node's own request and response where there are some, and a way out for cookies where
// there are none. Invariant: Node's request speaks for the context only if it is the one that the context is about.

import { IncomingMessage, ServerResponse } from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import type { Context } from 'hono'
import type { Pass } from '../http/fetch-binding.js'
import { withCookies, withHeaders } from '../http/from-fetch.js'
import type { HeaderList } from '../http/message.js'

export const passed: unique symbol = Symbol('sessera principal')
export const due: unique symbol = Symbol('sessera cookies')
export const served: unique symbol = Symbol('sessera routes')

/** Symbols of our own, where no other library writes. */
export interface BoundContext extends Context {
  [passed]?: Pass
  /** Where Node does not write the headers: what the outermost `routes` or guard will add to the response. */
  [due]?: string[]
  /** By whose routes the request has come. */
  [served]?: object
}

export interface NodeEnv {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

/** What Node holds of this very request; null elsewhere, and for one that the app made itself in the course of another. */
export function nodeOf({ env, req: { raw } }: Context): NodeEnv | null {
  return isNodeEnv(env) && isMadeOf(raw, env.incoming) ? env : null
}

/** Under which @hono/node-server keeps Node's request with the one that it makes of it. */
let incomingKey: symbol | undefined

/** Not told by address and method: the app may ask for the same once more, in nobody's name. */
function isMadeOf(raw: Request, incoming: IncomingMessage): boolean {
  incomingKey ??= Object.getOwnPropertySymbols(raw).find((key) => Reflect.get(raw, key) === incoming)
  return incomingKey !== undefined && Reflect.get(raw, incomingKey) === incoming
}

function isNodeEnv(env: unknown): env is NodeEnv {
  return (
    incomingOf(env) instanceof IncomingMessage &&
    typeof env === 'object' &&
    env !== null &&
    'outgoing' in env &&
    env.outgoing instanceof ServerResponse
  )
}

export function peerOf({ env }: Context): string | null {
  const incoming = incomingOf(env)
  const isNode = incoming instanceof IncomingMessage || incoming instanceof Http2ServerRequest
  return isNode ? (incoming.socket.remoteAddress ?? null) : null
}

function incomingOf(env: unknown): unknown {
  return typeof env === 'object' && env !== null && 'incoming' in env ? env.incoming : null
}

/** Runs what answers. Unless somebody around it does so, adds the cookies that became due. Node's own response needs none of it. */
export async function sendDue(c: BoundContext, run: () => Promise<void>): Promise<void> {
  if (c[due] !== undefined) return await run()
  const setCookies: string[] = []
  c[due] = setCookies
  await run()
  if (setCookies.length > 0) replaceResponse(c, withCookies(c.res, setCookies))
}

/** Hono merges the headers of a response with those of the one that it replaces, and drops cookies on the way. */
export function replaceResponse(c: Context, response: Response): void {
  c.res = undefined
  c.res = response
}

/** Status and headers for what the context answers next, but cookies. */
export function announce(c: Context, status: number, headers: HeaderList): void {
  c.status(status as Parameters<Context['status']>[0])
  for (const [name, value] of headers) {
    if (name !== 'Set-Cookie') c.header(name, value, { append: name === 'Vary' })
  }
}

export function addHeaders(c: Context, headers: HeaderList): void {
  if (headers.length === 0) return
  const response = withHeaders(c.res, headers)
  if (response !== c.res) replaceResponse(c, response)
}
