// Whether a request was sent by a page of ours or a trusted one, by method, Origin and Sec-Fetch-Site; and which texts
// are an origin at all.

import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import { isLoopbackHost, parseOrigin, refuseCrossSite } from '../../packages/sessera/src/http/origin.js'
import { fakeRequest, refusalOf } from './fake-request.js'

const policy = {
  origin: 'https://victim.com',
  trustedOrigins: ['https://spa.example', 'https://app.victim.com:8443'],
  requireOrigin: false,
}

type Sent = string | readonly string[]
const headersOf = (origin: Sent | null, fetchSite: Sent | null) => ({
  ...(origin === null ? {} : { origin }),
  ...(fetchSite === null ? {} : { 'sec-fetch-site': fetchSite }),
})
const verdict = (method: string, origin: Sent | null, fetchSite: Sent | null) =>
  refusalOf(() => refuseCrossSite(fakeRequest({ method, headers: headersOf(origin, fetchSite) }), policy))

describe('a request that changes something', () => {
  it.each<[why: string, origin: Sent | null, fetchSite: Sent | null]>([
    ['from our own page', 'https://victim.com', 'same-origin'],
    ['from our own page in a browser without Fetch Metadata', 'https://victim.com', null],
    ['typed or clicked by the user, in no page', null, 'none'],
    ['from our own page, Origin withheld', null, 'same-origin'],
    ['from a trusted page', 'https://spa.example', 'cross-site'],
    ['from a trusted sibling', 'https://app.victim.com:8443', 'same-site'],
    ['from a trusted page without Fetch Metadata', 'https://spa.example', null],
    ['from no browser', null, null],
  ])('is let through: %s', (_, origin, fetchSite) => {
    expect(verdict('POST', origin, fetchSite)).toBe('allowed')
  })

  it.each<[why: string, origin: Sent | null, fetchSite: Sent | null]>([
    ['cross-site form (44)', 'https://evil.example', 'cross-site'],
    ['cross-site, Origin withheld', null, 'cross-site'],
    ['cross-site that names our origin', 'https://victim.com', 'cross-site'],
    ['same-site sibling (45)', 'https://blog.victim.com', 'same-site'],
    ['same-site sibling, Origin withheld', null, 'same-site'],
    ['sibling without Fetch Metadata', 'https://blog.victim.com', null],
    ['Origin null (46)', 'null', null],
    ['Origin null, cross-site', 'null', 'cross-site'],
    ['userinfo before our host (47)', 'https://evil@victim.com', null],
    ['our host as userinfo', 'https://victim.com@evil.example', null],
    ['our origin as a prefix (48)', 'https://victim.com.evil.example', null],
    ['our host as a suffix', 'https://notvictim.com', null],
    ['http in place of https', 'http://victim.com', null],
    ['another port', 'https://victim.com:8443', null],
    ['the default port spelled out', 'https://victim.com:443', null],
    ['a trailing slash', 'https://victim.com/', null],
    ['a path', 'https://victim.com/auth', null],
    ['a trailing dot', 'https://victim.com.', null],
    ['other case', 'https://VICTIM.com', null],
    ['two origins in one header', 'https://victim.com https://evil.example', null],
    ['an empty Origin', '', null],
    ['a prefix of a trusted origin', 'https://spa.example.evil.example', null],
    ['a trusted host on another port', 'https://app.victim.com', null],
    ['an unknown Sec-Fetch-Site', 'https://victim.com', 'same-party'],
    ['an empty Sec-Fetch-Site', 'https://victim.com', ''],
    ['Sec-Fetch-Site in other case', 'https://victim.com', 'Same-Origin'],
    ['Origin twice', ['https://victim.com', 'https://victim.com'], 'same-origin'],
    ['a trusted Origin and another', ['https://spa.example', 'https://evil.example'], null],
    ['Sec-Fetch-Site twice', 'https://victim.com', ['same-origin', 'cross-site']],
    ['Sec-Fetch-Site twice from a trusted page', 'https://spa.example', ['cross-site', 'same-origin']],
  ])('is refused: %s', (_, origin, fetchSite) => {
    expect(verdict('POST', origin, fetchSite)).toBe('origin_refused')
  })

  it.each([['POST'], ['PUT'], ['PATCH'], ['DELETE'], ['TRACE'], ['CONNECT'], ['PROPFIND'], ['get'], ['']])(
    'has any method but three: %j',
    (method) => {
      expect(verdict(method, 'https://evil.example', 'cross-site')).toBe('origin_refused')
    },
  )

  it('must name its origin where only browsers are welcome', () => {
    const strict = { ...policy, requireOrigin: true }
    const post = (headers: Record<string, string>) =>
      refusalOf(() => refuseCrossSite(fakeRequest({ method: 'POST', headers }), strict))
    expect(post({})).toBe('origin_refused')
    expect(post({ origin: 'https://victim.com' })).toBe('allowed')
    expect(post({ 'sec-fetch-site': 'same-origin' })).toBe('allowed')
  })
})

describe('a request that changes nothing', () => {
  it.each([['GET'], ['HEAD'], ['OPTIONS']])('may come from anywhere: %s', (method) => {
    expect(verdict(method, 'https://evil.example', 'cross-site')).toBe('allowed')
  })

  it.each([
    ['websocket', 'origin_refused'],
    ['WebSocket', 'origin_refused'],
    ['h2c, websocket', 'origin_refused'],
    ['', 'origin_refused'],
    ['h2c', 'allowed'],
  ])('is refused all the same when it opens a channel: %j, %s', (upgrade, expected) => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', upgrade }
    expect(refusalOf(() => refuseCrossSite(fakeRequest({ headers }), policy))).toBe(expected)
  })
})

describe('a configured origin', () => {
  it.each([
    ['https://example.com'],
    ['http://localhost:3000'],
    ['https://example.com:8443'],
    ['http://[::1]:3000'],
  ])('is taken as it is: %s', (text) => {
    expect(parseOrigin(text)).toBe(text)
  })

  it.each([
    ['https://example.com/', 'Write "https://example.com"'],
    ['https://example.com/app', 'Write "https://example.com"'],
    ['https://example.com?', 'Write "https://example.com"'],
    ['https://example.com#a', 'Write "https://example.com"'],
    ['https://user@example.com', 'Write "https://example.com"'],
    ['https://example.com:443', 'Write "https://example.com"'],
    ['http://example.com:80', 'Write "http://example.com"'],
    ['HTTPS://Example.com', 'Write "https://example.com"'],
    [' https://example.com', 'Write "https://example.com"'],
    ['https://bücher.example', 'Write "https://xn--bcher-kva.example"'],
    ['https://*.example.com', 'wildcards'],
    ['*', 'wildcards'],
    ['null', 'Write scheme and host'],
    ['', 'Write scheme and host'],
    ['example.com', 'Write scheme and host'],
    ['localhost:3000', 'Write scheme and host'],
    ['ftp://example.com', 'Write scheme and host'],
    ['file:///etc', 'Write scheme and host'],
    ['javascript:alert(1)', 'Write scheme and host'],
  ])('is refused with what to write instead: %j', (text, sentence) => {
    expect(() => parseOrigin(text)).toThrow(ConfigurationError)
    expect(() => parseOrigin(text)).toThrow(sentence)
  })
})

describe('a loopback host', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['[::1]', true],
    ['127.0.0.2', false],
    ['0.0.0.0', false],
    ['localhost.evil.example', false],
    ['a.localhost', false],
    ['::1', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected)
  })
})
