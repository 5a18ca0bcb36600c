// Requests to the API itself: sign in, refresh, sign out, who am I. Each ends within a bound, whatever the network does.

import { notOurs, refusalOf } from './client-error.js'
import type { Fetch } from './types.js'

export interface Question {
  readonly json?: object | undefined
  /** Null: the cookies say who it is. */
  readonly token?: string | null
  /** Ends it. */
  readonly ending?: AbortController
}

export interface Api {
  /** What the API answered. @throws ClientError what it refused; what fetch throws where it could not be asked. */
  ask<T>(method: 'GET' | 'POST', path: string, question?: Question): Promise<T>
}

/** @param base origin and base path of the API */
export function createApi(base: string, fetch: Fetch, requestMs: number): Api {
  return {
    async ask(method, path, { json, token = null, ending = new AbortController() } = {}) {
      const timer = setTimeout(() => ending.abort(), requestMs)
      try {
        const response = await fetch(`${base}/${path}`, {
          method,
          credentials: 'include',
          redirect: 'error',
          // A page that is left meanwhile still gets its next cookie.
          keepalive: method === 'POST' && json === undefined,
          headers: {
            ...(json && { 'Content-Type': 'application/json' }),
            ...(token && { Authorization: `Bearer ${token}` }),
          },
          body: json === undefined ? null : JSON.stringify(json),
          signal: ending.signal,
        })
        if (!response.ok) throw await refusalOf(response)
        return response.status === 204 ? undefined : parse(await response.text(), response)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** A portal of a hotel answers 200 too. */
function parse(text: string, response: Response) {
  try {
    return JSON.parse(text)
  } catch {
    throw notOurs(response)
  }
}
