// A request without a socket, for what decides by headers alone.

import type { HttpRequest } from '../../packages/sessera/src/http/message.js'
import { duplicated } from '../../packages/sessera/src/http/message.js'

interface Fake {
  readonly method?: string
  /** By lower-case name. A list of two or more came as separate headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly text?: string
  readonly parsed?: unknown
}

export function fakeRequest({ method = 'GET', headers = {}, text = '', ...rest }: Fake = {}): HttpRequest {
  return {
    method,
    path: '/auth/me',
    query: '',
    peer: '192.0.2.1',
    ip: '192.0.2.1',
    requestId: null,
    userAgent: null,
    header(name) {
      const value = headers[name]
      if (value === undefined) return null
      return typeof value === 'string' ? value : duplicated
    },
    body: async () => ('parsed' in rest ? { parsed: rest.parsed } : { text }),
  }
}

/** The code of the AuthError that a function throws; `allowed` when it throws none. */
export function refusalOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return codeOf(error)
  }
  return 'allowed'
}

export async function asyncRefusalOf(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
  } catch (error) {
    return codeOf(error)
  }
  return 'allowed'
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}
