// Binds the Fetch API (Hono, Next, Deno, workers) to the HTTP core.
// Invariant: Fetch joins repeated headers with a comma, so a comma in one that holds none means that it came twice.

import {
  bodyCutShort,
  bodySeconds,
  bodyTaken,
  bodyTooSlow,
  createBodyCollector,
  refuseUnreadableBody,
} from './body-bytes.js'
import type { ClientIp } from './client-ip.js'
import { duplicated, type HeaderList, type HttpRequest, type HttpResponse, textOf } from './message.js'
import { idOnce, type RequestIdOf } from './request-id.js'
import { cookiesByName, mergeSetCookies, overridesCacheControl, uncached } from './uncached.js'

export interface FromFetchOptions {
  /** The address of whoever opened the connection. A Request does not know it; the platform may. */
  readonly peer?: string | null
  /** The client's address, given the peer's and what `X-Forwarded-For` says. Default: the peer's. */
  readonly clientIp?: ClientIp
  /** Default: requests have no id. */
  readonly requestId?: RequestIdOf
  /** The text of the body, where a framework has read it already. Undefined: it has not. */
  readonly readBody?: () => Promise<string> | undefined
  /** How long a body may take to arrive. Default 10 s. */
  readonly bodySeconds?: number
}

const singleValued: ReadonlySet<string> = new Set([
  'authorization',
  'content-type',
  'origin',
  'sec-fetch-site',
  'access-control-request-method',
  'x-forwarded-method',
  'x-original-method',
])

/** Reads nothing yet: each part is looked up when asked for, so that a guard pays for two headers only. */
export function fromFetch(request: Request, options: FromFetchOptions = {}): HttpRequest {
  return new FetchRequest(request, options)
}

class FetchRequest implements HttpRequest {
  readonly #request: Request
  readonly #options: FromFetchOptions
  #parsedUrl: URL | null = null

  constructor(request: Request, options: FromFetchOptions) {
    this.#request = request
    this.#options = options
  }

  get method(): string {
    return this.#request.method
  }

  get path(): string {
    return this.#url.pathname
  }

  get query(): string {
    return this.#url.search.slice(1)
  }

  get #url(): URL {
    this.#parsedUrl ??= new URL(this.#request.url)
    return this.#parsedUrl
  }

  get peer(): string | null {
    return this.#options.peer ?? null
  }

  get ip(): string | null {
    const { clientIp } = this.#options
    return clientIp === undefined ? this.peer : clientIp(this.peer, textOf(this.header('x-forwarded-for')))
  }

  get requestId(): string | null {
    return idOnce(this.#request, this, this.#options.requestId)
  }

  get userAgent(): string | null {
    return textOf(this.header('user-agent'))
  }

  header(name: string): string | null | typeof duplicated {
    const value = this.#request.headers.get(name)
    return value?.includes(', ') === true && singleValued.has(name) ? duplicated : value
  }

  async body(): Promise<{ readonly text: string }> {
    const given = this.#options.readBody?.()
    if (given !== undefined) return { text: await given.catch(() => Promise.reject(bodyTaken())) }
    if (this.#request.bodyUsed) throw bodyTaken()
    if (this.#request.body === null) return { text: '' }
    refuseUnreadableBody(this)
    return { text: await readWebBody(this.#request.body, this.#options.bodySeconds ?? bodySeconds) }
  }
}

/** As a Response. Of several headers of one name the last counts, but Set-Cookie and Vary add up. One with cookies is never cached. */
export function toFetchResponse({ status, headers, body }: HttpResponse, method: string): Response {
  const own = new Headers()
  writeHeaders(own, headers)
  if (own.has('Set-Cookie')) own.set('Cache-Control', uncached)
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  return new Response(bodiless ? null : body, { status, headers: own })
}

/** The response with these headers; of several of one name the last counts, but Set-Cookie and Vary add up. A copy where it cannot be changed. */
export function withHeaders(response: Response, headers: HeaderList): Response {
  if (headers.length === 0 || response.status < 200) return response
  try {
    writeHeaders(response.headers, headers)
    return response
  } catch {
    // What `fetch()` or `Response.redirect()` made.
    const copy = new Response(response.body, response)
    writeHeaders(copy.headers, headers)
    return copy
  }
}

function writeHeaders(own: Headers, headers: HeaderList): void {
  for (const [name, value] of headers) {
    if (/^(?:set-cookie|vary)$/i.test(name)) own.append(name, value)
    else own.set(name, value)
  }
}

/** The same response with these `Set-Cookie` values, and kept by no cache. */
export function withCookies(response: Response, setCookies: readonly string[]): Response {
  // 101 cannot be copied, and whoever switches protocols needs no cookie yet.
  if (response.status < 200) return response
  const { headers } = response
  const copy = new Headers(headers)
  copy.delete('Set-Cookie')
  for (const value of mergeSetCookies(headers.getSetCookie(), cookiesByName(setCookies))) {
    copy.append('Set-Cookie', value)
  }
  for (const name of headers.keys()) if (overridesCacheControl(name)) copy.delete(name)
  copy.set('Cache-Control', uncached)
  const { status, statusText } = response
  return new Response(response.body, { status, statusText, headers: copy })
}

async function readWebBody(stream: ReadableStream<Uint8Array>, seconds: number): Promise<string> {
  const collector = createBodyCollector()
  const reader = stream.getReader()
  let late = false
  const timer = setTimeout(() => {
    late = true
    abandon(reader)
  }, seconds * 1000)
  try {
    for (;;) {
      const chunk = await nextChunk(reader)
      if (late) throw bodyTooSlow()
      if (chunk === null) return collector.text()
      collector.add(chunk)
    }
  } catch (error) {
    abandon(reader)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

/** Null at the end. */
async function nextChunk(reader: Reader): Promise<Uint8Array | null> {
  const { done, value } = await reader.read().catch(() => {
    throw bodyCutShort()
  })
  return done ? null : value
}

/** A source that fails while it is told to stop has nothing to add: the body is refused already, and with its reason. */
function abandon(reader: Reader): void {
  reader.cancel().catch(() => undefined)
}
