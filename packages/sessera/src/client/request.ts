// The requests of the app: where they go, whether they can be sent twice, and how they carry the access token.
// Invariant: the token goes to the origins that were named, in a header, and follows no redirect of its own accord.

import { ClientError } from './client-error.js'
import type { Fetch } from './types.js'

type Input = Parameters<Fetch>[0]

/** Which requests carry what is ours. */
export interface Reach {
  /** What to ask for: a relative address is one of the API. */
  resolve(input: Input): URL | Request
  includes(target: URL | Request): boolean
  /** Whether it goes to another origin than the page's. */
  crosses(target: URL | Request): boolean
}

/** @param named the origins that it includes */
export function createReach(
  base: string | null,
  page: string | null,
  named: ReadonlySet<string | null>,
): Reach {
  const own = page === null ? null : new URL(page).origin
  return {
    resolve: (input) => (isRequest(input) ? input : new URL(input, base ?? 'http://localhost')),
    includes: (target) => named.has(originOf(target)),
    crosses: (target) => originOf(target) !== own,
  }
}

/** @throws TypeError with a sentence for what is no origin. */
export function parseOrigin(text: string): string {
  const { origin } = new URL(text)
  if (origin !== text) throw new TypeError(`"${text}" is no origin. Write it as "https://api.example".`)
  return origin
}

function originOf(target: URL | Request): string {
  return isRequest(target) ? new URL(target.url).origin : target.origin
}

export function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'url' in input
}

/** What a stream has given it cannot give again. A Request can be cloned. */
export function canBeSentAgain(body: unknown): boolean {
  return typeof body !== 'object' || body === null || !('getReader' in body || Symbol.asyncIterator in body)
}

export function headersOf(target: URL | Request, init: RequestInit | undefined): Headers {
  return new Headers(init?.headers ?? (isRequest(target) ? target.headers : undefined))
}

type Signal = AbortSignal | null | undefined

export function signalOf(target: URL | Request, init: RequestInit | undefined): Signal {
  return init?.signal === undefined && isRequest(target) ? target.signal : init?.signal
}

/** Null, at once, for who does not want it any more. The work goes on for the others. */
export function unlessAborted<T>(signal: Signal, work: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(null)
    signal?.addEventListener('abort', giveUp)
    if (signal?.aborted) giveUp()
    void work.then(resolve, reject).then(() => signal?.removeEventListener('abort', giveUp))
  })
}

/** @throws ClientError `redirected`, unless the app has said what to do with a redirect. */
export async function sendWithToken(
  fetch: Fetch,
  target: URL | Request,
  init: RequestInit | undefined,
  token: string,
): Promise<Response> {
  const headers = headersOf(target, init)
  headers.set('Authorization', `Bearer ${token}`)
  const asked = init?.redirect ?? (isRequest(target) ? target.redirect : 'follow')
  // Browsers of before 2023 take the header along, wherever it leads.
  const held = init?.redirect === undefined && asked === 'follow'
  const response = await fetch(isRequest(target) ? target.clone() : target, {
    ...init,
    headers,
    redirect: held ? 'manual' : asked,
  })
  if (held && isRedirect(response)) {
    throw new ClientError(
      response.status,
      'redirected',
      'A redirect is not followed with an access token. Ask for the final address, or say redirect: "follow".',
    )
  }
  return response
}

function isRedirect({ type, status, headers }: Response): boolean {
  return type === 'opaqueredirect' || (status > 300 && status < 400 && headers.has('Location'))
}

/** RFC 6750 §3.1. Any other 401 is none of the token's: a wrong password, or a proof too old. */
export function refusesToken({ status, headers }: Response): boolean {
  return status === 401 && /\berror="?invalid_token\b/.test(headers.get('WWW-Authenticate') ?? '')
}
