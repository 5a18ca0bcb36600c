// Our cookies: names and attributes by origin, how they are written, and which of those that arrive are read.

import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import {
  clearCookie,
  createCookieJar,
  readCookies,
  writeCookie,
} from '../../packages/sessera/src/http/cookies.js'
import { refusalOf } from './fake-request.js'

const jarOf = (origin: string, accessCookieDomain: string | null = null) =>
  createCookieJar({ origin: new URL(origin), accessCookieDomain })

const https = jarOf('https://app.example.com')

describe('cookie names and attributes', () => {
  it.each([
    ['https://app.example.com', '__Host-sessera-session', '__Host-sessera-access', '__Host-sessera-refresh'],
    ['https://localhost:3000', '__Host-sessera-session', '__Host-sessera-access', '__Host-sessera-refresh'],
    ['http://localhost:3000', 'sessera-session-3000', 'sessera-access-3000', 'sessera-refresh-3000'],
    ['http://127.0.0.1:8080', 'sessera-session-8080', 'sessera-access-8080', 'sessera-refresh-8080'],
    ['http://[::1]:8080', 'sessera-session-8080', 'sessera-access-8080', 'sessera-refresh-8080'],
    ['http://localhost', 'sessera-session-80', 'sessera-access-80', 'sessera-refresh-80'],
    ['http://localhost.example.com:3000', 'sessera-session', 'sessera-access', 'sessera-refresh'],
    ['http://127.0.0.2:3000', 'sessera-session', 'sessera-access', 'sessera-refresh'],
  ])('on %s are %s, %s, %s', (origin, session, access, refresh) => {
    const jar = jarOf(origin)
    expect([jar.session.name, jar.access.name, jar.refresh.name]).toEqual([session, access, refresh])
  })

  it('are Secure, HttpOnly, SameSite=Lax, Path=/ and without Domain on https', () => {
    expect(writeCookie(https, 'session', 'abc', 60)).toBe(
      '__Host-sessera-session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
    expect(writeCookie(https, 'access', 'abc', 60)).toBe(
      '__Host-sessera-access=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
  })

  it('lack Secure on http, where browsers would not send such a cookie', () => {
    expect(writeCookie(jarOf('http://localhost:3000'), 'session', 'abc', null)).toBe(
      'sessera-session-3000=abc; Path=/; HttpOnly; SameSite=Lax',
    )
  })

  it('share the access cookie with a domain when asked to, and never a handle', () => {
    const shared = jarOf('https://app.example.com', 'example.com')
    expect(writeCookie(shared, 'access', 'abc', 60)).toBe(
      '__Secure-sessera-access=abc; Max-Age=60; Path=/; Domain=example.com; HttpOnly; SameSite=Lax; Secure',
    )
    expect(writeCookie(shared, 'session', 'abc', 60)).not.toContain('Domain')
    expect(writeCookie(shared, 'refresh', 'abc', 60)).not.toContain('Domain')
  })

  it('share the access cookie with the hosts under this one, if that is what is asked for', () => {
    expect(writeCookie(jarOf('https://example.com', 'example.com'), 'access', 'abc', 60)).toContain(
      '; Domain=example.com;',
    )
  })

  it('bind the device mark to this host, whatever is shared with others', () => {
    expect(writeCookie(jarOf('https://app.example.com', 'example.com'), 'device', 'abc', 60)).toBe(
      '__Host-sessera-device=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
    expect(jarOf('http://localhost:3000').device.name).toBe('sessera-device-3000')
  })

  it('keep name, path and domain when a cookie is cleared', () => {
    expect(clearCookie(jarOf('https://app.example.com', 'example.com'), 'access')).toBe(
      '__Secure-sessera-access=; Max-Age=0; Path=/; Domain=example.com; HttpOnly; SameSite=Lax; Secure',
    )
    expect(clearCookie(https, 'refresh')).toBe(
      '__Host-sessera-refresh=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    )
  })
})

describe('a cookie jar refuses settings that could write an attribute of their own (CVE-2026-29086)', () => {
  it.each([
    ['https://app.example.com', 'example.com; Path=/x'],
    ['https://app.example.com', '.example.com'],
    ['https://app.example.com', 'com'],
    ['https://app.example.com', 'other.example'],
    ['https://notexample.com', 'example.com'],
    ['https://app.example.com', 'ample.com'],
    ['https://app.example.com', 'Example.com'],
    ['https://app.example.com', 'example.com\n'],
    ['https://app.example.com.', 'example.com.'],
    ['https://a;b.example.com', 'a;b.example.com'],
    ['https://app.example.com;x', 'example.com;x'],
    ['https://app.example.com', ''],
    ['https://10.0.0.1', '0.0.1'],
    ['https://10.0.0.1', '10.0.0.1'],
    ['http://app.example.com', 'example.com'],
    ['http://localhost:3000', 'localhost'],
  ])('origin %s with accessCookieDomain %j', (origin, domain) => {
    expect(() => jarOf(origin, domain)).toThrow(ConfigurationError)
  })
})

describe('writing a cookie', () => {
  it.each([['a;b'], ['a b'], ['a,b'], ['"a"'], ['a\r\nb'], ['a\n'], ['a=b'], ['ä'], ['']])(
    'refuses the value %j',
    (value) => {
      expect(() => writeCookie(https, 'session', value, null)).toThrow('holds A-Z')
    },
  )

  it('takes name and value of 4096 bytes together, and no more', () => {
    const room = 4096 - https.access.name.length
    expect(writeCookie(https, 'access', 'a'.repeat(room), null)).toContain('a'.repeat(room))
    expect(() => writeCookie(https, 'access', 'a'.repeat(room + 1), null)).toThrow('4097 bytes')
  })

  it('takes the age 0, with which a cookie is over', () => {
    expect(writeCookie(https, 'session', 'a', 0)).toContain('=a; Max-Age=0; Path=/')
  })

  it.each([[1.5], [-1], [Number.NaN], [Number.POSITIVE_INFINITY]])('refuses the age %s', (age) => {
    expect(() => writeCookie(https, 'session', 'a', age)).toThrow('whole number')
  })
})

describe('reading cookies', () => {
  const nothing = { session: null, access: null, refresh: null, device: null }

  it.each<[string, string | null, object]>([
    ['nothing without a header', null, nothing],
    ['nothing in an empty header', '', nothing],
    ['one of ours', '__Host-sessera-session=abc', { session: 'abc' }],
    [
      'all of ours among others',
      'a=1; __Host-sessera-access=t.o.k; b=2;__Host-sessera-refresh=r; __Host-sessera-session=s;__Host-sessera-device=d',
      { session: 's', access: 't.o.k', refresh: 'r', device: 'd' },
    ],
    ['past spaces and tabs', ' \t __Host-sessera-session= \t abc \t ; x=y', { session: 'abc' }],
    [
      'emptied cookies as none',
      '__Host-sessera-session=; __Host-sessera-access=; __Host-sessera-refresh= ; __Host-sessera-device=',
      nothing,
    ],
    ['a value with an equals sign whole', '__Host-sessera-session=a=b', { session: 'a=b' }],
    [
      'a quoted value with its quotes, which makes it no credential',
      '__Host-sessera-session="abc"',
      { session: '"abc"' },
    ],
  ])('finds %s', (_, header, expected) => {
    expect(readCookies(https, header)).toEqual({ ...nothing, ...expected })
  })

  it.each([
    ['a no-break space before the name (trim() would remove it)', '\u00a0__Host-sessera-session=x'],
    ['a no-break space after a semicolon', 'a=1;\u00a0__Host-sessera-session=x'],
    [
      'other white space that trim() knows',
      '\u000b__Host-sessera-session=x; \ufeff__Host-sessera-access=x; \f__Host-sessera-refresh=x',
    ],
    ['a nameless cookie', '=__Host-sessera-session=x'],
    ['other case', '__host-sessera-session=x; __HOST-SESSERA-SESSION=x; __Host-Sessera-Session=x'],
    ['a name that ends like ours', 'x__Host-sessera-session=x'],
    ['a name that begins like ours', '__Host-sessera-session2=x; __Host-sessera-sessio=x'],
    ['a space before the equals sign', '__Host-sessera-session =x'],
    ['the name without a value', '__Host-sessera-session'],
    ['our name inside of a value', 'a=__Host-sessera-session=x; $Version="1"'],
    ['our name after a comma', 'a=1, __Host-sessera-session=x'],
    ['a percent-encoded name', '__Host%2Dsessera-session=x'],
    ['the unprefixed name on https', 'sessera-session=x; sessera-session-443=x'],
    ['a name under the wrong prefix', '__Secure-sessera-session=x; __Secure-sessera-refresh=x'],
  ])('does not mistake for ours: %s', (_, header) => {
    expect(readCookies(https, header)).toEqual(nothing)
  })

  it('does not read another program on localhost', () => {
    expect(
      readCookies(
        jarOf('http://localhost:3000'),
        'sessera-session-3001=x; sessera-session=y; sessera-session-30000=z',
      ),
    ).toEqual(nothing)
  })

  it('lets no quoted value of another cookie swallow ours', () => {
    expect(readCookies(https, 'a="1; __Host-sessera-session=abc; b=2"').session).toBe('abc')
  })

  it.each([
    ['two values', '__Host-sessera-session=a; __Host-sessera-session=b'],
    ['the same value twice', '__Host-sessera-access=a; x=y; __Host-sessera-access=a'],
    ['an empty one before', '__Host-sessera-refresh=; __Host-sessera-refresh=b'],
    ['an empty one after', '__Host-sessera-session=a; __Host-sessera-session='],
  ])('refuses one of ours twice: %s', (_, header) => {
    expect(refusalOf(() => readCookies(https, header))).toBe('ambiguous_credentials')
  })

  it.each([
    ['two values', '__Host-sessera-device=a; __Host-sessera-device=b'],
    ['the same value twice', '__Host-sessera-device=a; x=y; __Host-sessera-device=a'],
    ['an empty one before', '__Host-sessera-device=; __Host-sessera-device=b'],
    ['an empty one after', '__Host-sessera-device=a; __Host-sessera-device='],
    ['three', '__Host-sessera-device=a; __Host-sessera-device=; __Host-sessera-device=c'],
  ])('takes two device marks for none, and refuses nobody for it: %s', (_, header) => {
    expect(readCookies(https, `${header}; __Host-sessera-session=s`)).toEqual({ ...nothing, session: 's' })
  })

  it('does not mind other names twice', () => {
    expect(readCookies(https, 'a=1; a=2; __Host-sessera-session=abc').session).toBe('abc')
  })

  it('refuses a header beyond 16 KiB', () => {
    const longest = 'a'.repeat(16 * 1024)
    expect(refusalOf(() => readCookies(https, longest))).toBe('allowed')
    expect(refusalOf(() => readCookies(https, `${longest}a`))).toBe('headers_too_large')
  })

  it.each([
    ['semicolons', ';'],
    ['spaces', ' '],
    ['near misses', '__Host-sessera-sessio;'],
  ])('reads 16 KiB of %s, and again and again', (_, piece) => {
    const header = piece.repeat(Math.floor((16 * 1024) / piece.length))
    for (let i = 0; i < 1000; i++) expect(readCookies(https, header).session).toBeNull()
  })
})
