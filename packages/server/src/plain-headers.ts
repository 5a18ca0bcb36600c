// What answers that are neither pages nor the API's tell browsers: nothing to show, run, frame, guess or keep.

import type { ServerResponse } from 'node:http'

export type Headers = readonly (readonly [name: string, value: string])[]

/** @param origin as browsers see us; null: a port that none should come to. */
export function createPlainHeaders(origin: string | null): Headers {
  return [
    [
      'Content-Security-Policy',
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
    ],
    ['X-Content-Type-Options', 'nosniff'],
    ['Referrer-Policy', 'no-referrer'],
    ['Cache-Control', 'no-store'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ...(origin === null ? [] : transportSecurity(origin)),
  ]
}

/** On https browsers are told to stay there. HSTS knows no ports: for `localhost` it would cut off every other program there. */
export function transportSecurity(origin: string): Headers {
  const { protocol, hostname } = new URL(origin)
  const isLasting = protocol === 'https:' && hostname !== 'localhost'
  return isLasting ? [['Strict-Transport-Security', 'max-age=31536000; includeSubDomains']] : []
}

export function putHeaders(res: ServerResponse, headers: Headers): void {
  for (const [name, value] of headers) res.setHeader(name, value)
}
