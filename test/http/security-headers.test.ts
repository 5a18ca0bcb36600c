// The headers that every answer of the API carries, whatever it says.

import { describe, expect, it } from 'vitest'
import { createSecurityHeaders } from '../../packages/sessera/src/http/security-headers.js'

const always = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cache-Control', 'no-store'],
  [
    'Content-Security-Policy',
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  ],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
]

describe('the headers of every response', () => {
  it('demand https for a year, subdomains included, where the origin is https', () => {
    expect(createSecurityHeaders(new URL('https://example.com'))).toEqual([
      ...always,
      ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'],
    ])
  })

  it.each([
    ['http://example.com'],
    ['http://localhost:3000'],
    ['https://localhost:3000'],
    ['https://127.0.0.1'],
  ])('demand no https of %s, which would cut off others on that host', (origin) => {
    expect(createSecurityHeaders(new URL(origin))).toEqual(always)
  })
})
