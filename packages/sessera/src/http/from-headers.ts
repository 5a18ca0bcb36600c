// A request of which only the headers are at hand: what `auth.authenticate` is given.

import { AuthError } from '../errors.js'
import { duplicated, type HttpRequest, type RequestHeaders, textOf } from './message.js'

/** @param method null when unknown: then the request counts as one that changes something. */
export function fromHeaders(headers: RequestHeaders, method: string | null): HttpRequest {
  const header: HttpRequest['header'] =
    headers instanceof Headers
      ? (name) => joined(name, headers.get(name))
      : (name) => single(name, headers[name])
  return {
    method: method ?? 'POST',
    path: '/',
    query: '',
    header,
    body: () => Promise.reject(new AuthError('invalid_request')),
    peer: null,
    ip: null,
    requestId: null,
    get userAgent() {
      return textOf(header('user-agent'))
    },
  }
}

/** Fetch joins what came twice with a comma, which none of the headers that we read may hold. */
function joined(name: string, value: string | null): string | null | typeof duplicated {
  return value?.includes(',') && isSingle(name) ? duplicated : value
}

function single(
  name: string,
  value: string | readonly string[] | undefined,
): string | null | typeof duplicated {
  if (value === undefined || typeof value === 'string') return joined(name, value ?? null)
  if (value.length <= 1) return value[0] ?? null
  return name === 'cookie' ? value.join('; ') : duplicated
}

function isSingle(name: string): boolean {
  return name === 'authorization' || name === 'origin' || name === 'sec-fetch-site'
}
