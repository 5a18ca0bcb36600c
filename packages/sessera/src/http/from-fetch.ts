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
import { duplicated, type HttpRequest, type HttpResponse } from './message.js'
import type { RequestIdOf } from './request-id.js'

export interface FromFetchOptions {
  /** The address of whoever opened the connection. A Request does not know it; the platform may. */
  readonly peer?: string | null
  /** The client's address, where a proxy that you trust tells it. Default: `peer`. */
  readonly ip?: string | null
  /** Default: requests have no id. */
  readonly requestId?: RequestIdOf
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

export function fromFetch(
  request: Request,
  { peer = null, ip = peer, requestId, bodySeconds: seconds = bodySeconds }: FromFetchOptions = {},
): HttpRequest {
  const { pathname, search } = new URL(request.url)
  const bound: HttpRequest = {
    method: request.method,
    path: pathname,
    query: search.slice(1),
    peer,
    ip,
    requestId: requestId?.(peer, request.headers.get('x-request-id')) ?? null,
    userAgent: request.headers.get('user-agent'),
    header(name) {
      const value = request.headers.get(name)
      return value?.includes(', ') === true && singleValued.has(name) ? duplicated : value
    },
    async body() {
      if (request.bodyUsed) throw bodyTaken()
      if (request.body === null) return { text: '' }
      refuseUnreadableBody(bound)
      return { text: await readWebBody(request.body, seconds) }
    },
  }
  return bound
}

/** As a Response. Of several headers of one name the last counts, but Set-Cookie and Vary add up. One with cookies is never cached. */
export function toFetchResponse({ status, headers, body }: HttpResponse, method: string): Response {
  const own = new Headers()
  for (const [name, value] of headers) {
    if (/^(?:set-cookie|vary)$/i.test(name)) own.append(name, value)
    else own.set(name, value)
  }
  if (own.has('Set-Cookie')) own.set('Cache-Control', 'private, no-store')
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  return new Response(bodiless ? null : body, { status, headers: own })
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
