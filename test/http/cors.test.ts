// Which pages of other origins may read an answer or be told what they may send: those that are trusted, and no other.

import { describe, expect, it } from 'vitest'
import { corsHeaders, preflight } from '../../packages/sessera/src/http/cors.js'
import { fakeRequest } from './fake-request.js'

const policy = { trustedOrigins: ['https://spa.example'] }
const asked = { 'access-control-request-method': 'POST' }

describe('a page of a trusted origin', () => {
  it('may read our answers, with credentials', () => {
    expect(corsHeaders(fakeRequest({ headers: { origin: 'https://spa.example' } }), policy)).toEqual([
      ['Vary', 'Origin'],
      ['Access-Control-Allow-Origin', 'https://spa.example'],
      ['Access-Control-Allow-Credentials', 'true'],
      ['Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After'],
    ])
  })

  it('learns from a preflight what it may send', () => {
    const request = fakeRequest({ method: 'OPTIONS', headers: { ...asked, origin: 'https://spa.example' } })
    expect(preflight(request, policy, ['GET', 'POST'])).toEqual({
      status: 204,
      headers: [
        ['Access-Control-Allow-Methods', 'GET, POST'],
        ['Access-Control-Allow-Headers', 'Authorization, Content-Type'],
        ['Access-Control-Max-Age', '600'],
      ],
      body: '',
    })
  })
})

describe('any other page', () => {
  it.each<[string | readonly string[]]>([
    ['https://evil.example'],
    ['null'],
    ['*'],
    [''],
    ['https://spa.example.evil.example'],
    ['https://notspa.example'],
    ['http://spa.example'],
    ['https://spa.example:8443'],
    ['https://spa.example/'],
    ['https://SPA.example'],
    [['https://spa.example', 'https://spa.example']],
  ])('gets nothing but Vary: %j', (origin) => {
    expect(corsHeaders(fakeRequest({ headers: { origin } }), policy)).toEqual([['Vary', 'Origin']])
    expect(
      preflight(fakeRequest({ method: 'OPTIONS', headers: { ...asked, origin } }), policy, ['POST']),
    ).toBeNull()
  })

  it('cannot be trusted as `null` or `*` by a request that says so', () => {
    const none = { trustedOrigins: [] }
    expect(corsHeaders(fakeRequest({ headers: { origin: 'null' } }), none)).toEqual([])
  })
})

describe('what is no preflight', () => {
  it.each([
    ['another method', 'POST', { ...asked, origin: 'https://spa.example' }],
    ['no method asked for', 'OPTIONS', { origin: 'https://spa.example' }],
    ['no origin', 'OPTIONS', asked],
  ])('is left to the routes: %s', (_, method, headers) => {
    expect(preflight(fakeRequest({ method, headers }), policy, ['POST'])).toBeNull()
  })
})
