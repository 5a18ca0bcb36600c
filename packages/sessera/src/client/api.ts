// Requests to the API itself: sign in, refresh, sign out, who am I. Each ends within a bound, whatever the network does.

import { ClientError, notOurs, refusalOf, unexpectedAnswer } from './client-error.js'
import type { Fetch } from './types.js'

export interface Question {
  readonly json?: object | undefined
  /** Null: the cookies say who it is. */
  readonly token?: string | null
  /** Gives up when this does. */
  readonly signal?: AbortSignal
}

export interface Api {
  /** What the API answered. @throws ClientError what it refused; what fetch throws where it could not be asked. */
  ask<T>(method: 'GET' | 'POST', path: string, question?: Question): Promise<T>
}

/** @param base origin and base path of the API */
export function createApi(base: string, fetch: Fetch, requestMs: number): Api {
  return {
    async ask(method, path, { json, token = null, signal } = {}) {
      const bound = new AbortController()
      const giveUp = (): void => bound.abort()
      const timer = setTimeout(giveUp, requestMs)
      signal?.addEventListener('abort', giveUp)
      try {
        const response = await fetch(`${base}/${path}`, {
          method,
          credentials: 'include',
          redirect: 'error',
          // A page that is left meanwhile still gets its next cookie.
          keepalive: method === 'POST' && json === undefined,
          headers: {
            ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
            ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          },
          body: json === undefined ? null : JSON.stringify(json),
          signal: bound.signal,
        })
        if (!response.ok) throw await refusalOf(response)
        return response.status === 204 ? undefined : parse(await response.text(), response)
      } finally {
        clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
      }
    },
  }
}

/** A portal of a hotel answers 200 too. */
function parse(text: string, response: Response) {
  try {
    return JSON.parse(text)
  } catch {
    throw new ClientError(response.status, unexpectedAnswer, notOurs(response))
  }
}
