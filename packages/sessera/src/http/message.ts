// What the HTTP core takes and gives. It knows neither Express nor Fetch: `from-node.ts` and `from-fetch.ts` bind it.

export interface HttpRequest {
  /** Upper case, as sent. */
  readonly method: string
  /** Without query, not decoded: `/auth/login`. */
  readonly path: string
  /** Without `?`, not decoded. Empty when there is none. */
  readonly query: string
  /** The value of a header by its lower-case name; null when absent; `duplicated` when a single-valued one was sent twice. */
  header(name: string): string | null | typeof duplicated
  /**
   * The body: text as received, or, where a framework has parsed it already, the parsed value.
   *
   * @throws AuthError `payload_too_large` beyond the limit, `invalid_request` when it is cut short or not UTF-8.
   */
  body(): Promise<{ readonly text: string } | { readonly parsed: unknown }>
  /** The address of whoever opened the connection, null when there is none to speak of. */
  readonly peer: string | null
  /** The client's address: the peer's, or what a trusted proxy says it is. */
  readonly ip: string | null
  /** The same at every reading; null when there are only headers. */
  readonly requestId: string | null
  /** Null when the client says nothing, or two things. */
  readonly userAgent: string | null
}

/** Stands for a header that may come once and came more often. Guessing which one was meant is how others got hurt. */
export const duplicated: unique symbol = Symbol('duplicated header')

/** What such a header says when it may as well say nothing. */
export function textOf(value: string | null | typeof duplicated): string | null {
  return value === duplicated ? null : value
}

/** The same request as if it had been sent with this method. */
export function sentAs(request: HttpRequest, method: string): HttpRequest {
  const { path, query, peer, ip, requestId, userAgent } = request
  return {
    method,
    path,
    query,
    peer,
    ip,
    requestId,
    userAgent,
    header: (name) => request.header(name),
    body: () => request.body(),
  }
}

export type HeaderList = readonly (readonly [name: string, value: string])[]

export interface HttpResponse {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string
}

/** Request headers: a Fetch `Headers`, or Node's `req.headers`. */
export type RequestHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>
