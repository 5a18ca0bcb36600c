// What is asked of the requests and responses of Express: what we read of them, and what tells them from others.
// Invariant: only members that are cheap to compare. Express types a request anew for each route, and to hold each against
// the classes of node:http, method by method, costs an app's compiler more than all the rest of Sessera.

import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** Any request of node:http, whatever a framework has added to it. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Requests of HTTP/2 do not have it. */
  readonly headersDistinct: object
  readonly rawHeaders: readonly string[]
  readonly socket: Socket
  readonly readableDidRead: boolean
  readonly readableEnded: boolean
}

/** Any response of node:http. */
export interface NodeResponse {
  readonly req: NodeRequest
  readonly headersSent: boolean
  statusCode: number
  statusMessage: string
  getHeaderNames(): string[]
  removeHeader(name: string): void
}

/** A request of Express, whatever the types of its parameters and body. */
export interface ExpressRequest extends NodeRequest {
  readonly originalUrl: string
}

/** A response of Express, whatever the type of its body. */
export interface ExpressResponse extends NodeResponse {
  readonly req: ExpressRequest
}
