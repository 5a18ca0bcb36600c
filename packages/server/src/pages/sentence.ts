// What a refusal says to a person, and when to come back.

import type { AuthError } from 'sessera'
import type { Headers } from '../plain-headers.js'

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

export function sentenceOf({ code, message, retryAfterSeconds }: AuthError): string {
  if (code !== 'too_many_requests' || retryAfterSeconds === null) return message
  return `${message} ${amountOf(retryAfterSeconds)} will do.`
}

export function retryAfter({ retryAfterSeconds }: AuthError): Headers {
  return retryAfterSeconds === null ? [] : [['Retry-After', String(retryAfterSeconds)]]
}

/** In the largest unit of which there is one, rounded up: who comes back then is not too early. */
function amountOf(seconds: number): string {
  const [name, size] = units.find(([, least]) => seconds >= least) ?? units[3]
  const amount = Math.max(1, Math.ceil(seconds / size))
  return amount === 1 ? `One ${name}` : `${amount} ${name}s`
}
