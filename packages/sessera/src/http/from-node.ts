// Binds node:http, and with it Express and Fastify, to the HTTP core.
// Invariant: headers are read as they arrived. `req.headers` keeps the first of two Authorization headers and hides the second.

import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { bodySeconds, bodyTaken, decodeBody, refuseUnreadableBody } from './body-bytes.js'
import type { ClientIp } from './client-ip.js'
import { duplicated, type HttpRequest, type HttpResponse, textOf } from './message.js'
import { readNodeBody } from './node-body.js'
import { idOnce, type RequestIdOf } from './request-id.js'
import { cookiesByName, mergeSetCookies, overridesCacheControl, uncached } from './uncached.js'

export interface FromNodeOptions {
  readonly clientIp: ClientIp
  /** Default: requests have no id. */
  readonly requestId?: RequestIdOf
  /** How long a body may take to arrive. Default 10 s. */
  readonly bodySeconds?: number
}

/** What frameworks add: Express strips the mount path from `url`, body parsers leave their result. */
interface FrameworkRequest extends IncomingMessage {
  readonly originalUrl?: unknown
  readonly body?: unknown
}

const listValued: ReadonlySet<string> = new Set(['accept', 'accept-language', 'x-forwarded-for'])

/** Requests whose body nobody will read to its end: their connection cannot be used again. */
const abandoned = new WeakSet<IncomingMessage>()

/** Whether the connection has to be closed with the answer, because a rest of this request is still to come on it. */
export function isAbandoned(req: IncomingMessage): boolean {
  return abandoned.has(req)
}

/** Reads nothing yet: each part is looked up when asked for, so that a guard pays for two headers only. */
export function fromNode(req: IncomingMessage, options: FromNodeOptions): HttpRequest {
  return new NodeRequest(req, options)
}

class NodeRequest implements HttpRequest {
  readonly #req: FrameworkRequest
  readonly #options: FromNodeOptions

  constructor(req: FrameworkRequest, options: FromNodeOptions) {
    this.#req = req
    this.#options = options
  }

  get method(): string {
    return this.#req.method ?? 'GET'
  }

  get path(): string {
    const target = this.#target()
    const mark = target.indexOf('?')
    const path = mark === -1 ? target : target.slice(0, mark)
    return path === '' ? '/' : path
  }

  get query(): string {
    const target = this.#target()
    const mark = target.indexOf('?')
    return mark === -1 ? '' : target.slice(mark + 1)
  }

  get peer(): string | null {
    return this.#req.socket.remoteAddress ?? null
  }

  get ip(): string | null {
    return this.#options.clientIp(this.peer, textOf(this.header('x-forwarded-for')))
  }

  get requestId(): string | null {
    return idOnce(this.#req, this, this.#options.requestId)
  }

  get userAgent(): string | null {
    return textOf(this.header('user-agent'))
  }

  header(name: string): string | null | typeof duplicated {
    const { rawHeaders } = this.#req
    // Only requests that no HTTP parser made (adapters of serverless platforms) have headers but no raw ones.
    if (rawHeaders.length === 0) return this.#parsedHeader(name)
    let found: string | null = null
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const raw = rawHeaders[i] ?? ''
      if (raw.length !== name.length || raw.toLowerCase() !== name) continue
      const value = rawHeaders[i + 1] ?? ''
      if (found === null) found = value
      else if (name === 'cookie') found = `${found}; ${value}`
      else if (listValued.has(name)) found = `${found}, ${value}`
      else return duplicated
    }
    return found
  }

  async body(): Promise<{ readonly text: string } | { readonly parsed: unknown }> {
    const given = this.#req.body
    if (typeof given === 'string') return { text: given }
    if (given instanceof Uint8Array) return { text: decodeBody(given) }
    if (given !== undefined) return { parsed: given }
    if (this.#req.readableDidRead) throw bodyTaken()
    if (this.#req.readableEnded) return { text: '' }
    try {
      refuseUnreadableBody(this)
      return { text: await readNodeBody(this.#req, this.#options.bodySeconds ?? bodySeconds) }
    } catch (error) {
      abandoned.add(this.#req)
      throw error
    }
  }

  #parsedHeader(name: string): string | null | typeof duplicated {
    const value = this.#req.headers[name]
    if (!Array.isArray(value)) return value ?? null
    return value.length === 1 ? (value[0] ?? null) : duplicated
  }

  /** RFC 9112 §3.2.2: a request line may name scheme and host, which decide nothing here. */
  #target(): string {
    const { originalUrl, url = '/' } = this.#req
    const target = typeof originalUrl === 'string' ? originalUrl : url
    return target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '')
  }
}

/**
 * Sends a response. Of several headers of one name the last counts, but Set-Cookie and Vary add up, also to those
 * that the application has set already.
 *
 * @throws Error when the response has begun.
 */
export function writeNode(res: ServerResponse, { status, headers, body }: HttpResponse): void {
  const cookies: string[] = []
  for (const [name, value] of headers) {
    const lowerCase = name.toLowerCase()
    if (lowerCase === 'set-cookie') cookies.push(value)
    else if (lowerCase === 'vary') res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  if (cookies.length > 0) addAtHeaderWrite(res, cookies)
  if (isAbandoned(res.req)) res.setHeader('Connection', 'close')
  res.statusCode = status
  if (status === 204 || status === 304) {
    res.end()
    return
  }
  res.setHeader('Content-Length', Buffer.byteLength(body))
  if (res.req.method === 'HEAD') res.end()
  else res.end(body)
}

type GivenHeaders = OutgoingHttpHeaders | readonly OutgoingHttpHeader[]

/** What is still to be added to a response, until its headers are written. */
const pending = new WeakMap<ServerResponse, Map<string, string>>()

/**
 * Adds Set-Cookie values in the very write of the headers, and forces `Cache-Control: private, no-store` there, whatever the
 * application sets in between.
 *
 * @throws Error when the headers are written already: the cookie would be lost without a word.
 */
export function addAtHeaderWrite(res: ServerResponse, setCookies: readonly string[]): void {
  if (res.headersSent) {
    throw new Error('The response has begun: cookies come too late. Sign in or out first, then answer.')
  }
  const waiting = pending.get(res)
  const cookies = waiting ?? new Map<string, string>()
  for (const [name, value] of cookiesByName(setCookies)) cookies.set(name, value)
  if (waiting !== undefined) return
  pending.set(res, cookies)

  const inner = res.writeHead
  const isOwn = Object.hasOwn(res, 'writeHead')
  const outer = (status: number, first?: string | GivenHeaders, second?: GivenHeaders): ServerResponse => {
    const [reason, given] = typeof first === 'string' ? [first, second] : [null, first ?? second]
    if (given !== undefined) setGiven(res, given)
    putCookies(res, cookies)
    if (reason !== null) res.statusMessage = reason
    // Restored only after success: whoever handles an error of this write gets the cookies into theirs.
    const written = inner.call(res, status)
    if (res.writeHead === outer) {
      if (isOwn) res.writeHead = inner
      else Reflect.deleteProperty(res, 'writeHead')
    }
    return written
  }
  res.writeHead = outer
}

/** What `writeHead` itself would do with its headers: they replace those set before. */
function setGiven(res: ServerResponse, given: GivenHeaders): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) if (value !== undefined) res.setHeader(name, value)
    return
  }
  const flat: readonly OutgoingHttpHeader[] = Array.isArray(given[0]) ? given.flat() : given
  for (let i = 0; i < flat.length; i += 2) res.removeHeader(String(flat[i]))
  for (let i = 0; i < flat.length; i += 2) res.appendHeader(String(flat[i]), headerValue(flat[i + 1]))
}

function headerValue(header: OutgoingHttpHeader | undefined): string | readonly string[] {
  return Array.isArray(header) ? header : String(header ?? '')
}

function putCookies(res: ServerResponse, cookies: ReadonlyMap<string, string>): void {
  const present = [res.getHeader('Set-Cookie') ?? []].flat().map(String)
  res.setHeader('Set-Cookie', mergeSetCookies(present, cookies))
  for (const name of res.getHeaderNames()) if (overridesCacheControl(name)) res.removeHeader(name)
  res.setHeader('Cache-Control', uncached)
}
