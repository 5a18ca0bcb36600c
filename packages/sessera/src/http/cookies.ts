// The cookies that hold credentials: the only code that names, reads or writes them.
// Invariant: on https every name is prefixed, so that neither a sibling host nor a plain-http page can plant one unseen.

import { isIP } from 'node:net'
import { AuthError, ConfigurationError } from '../errors.js'
import { isLoopbackHost } from './origin.js'

/**
 * `session`: the session handle; `access`: the access token (hybrid); `refresh`: the refresh handle of a browser in token
 * mode; `device`: the device mark, which opens nothing.
 */
export type CookieKind = 'session' | 'access' | 'refresh' | 'device'

/** The values as sent, not yet verified. Null is absent or empty. */
export type Cookies = Readonly<Record<CookieKind, string | null>>

export interface CookieSettings {
  /** Ours. Decides on prefixes and `Secure`. */
  readonly origin: URL
  /** Shares the access cookie, never a handle, with all hosts under this domain. */
  readonly accessCookieDomain: string | null
}

interface CookieDefinition {
  readonly name: string
  /** `name=`: what a pair of ours begins with. */
  readonly start: string
  /** Everything after the value but Max-Age. */
  readonly attributes: string
}

/** How each cookie is called and bounded. Made once, by `createCookieJar`. */
export type CookieJar = Readonly<Record<CookieKind, CookieDefinition>>

const maxHeaderBytes = 16 * 1024
/** RFC 6265bis §5.6: browsers ignore a cookie whose name and value are longer together. */
const maxCookieBytes = 4096
const space = 0x20
const tab = 0x09
const none: Cookies = Object.freeze({ session: null, access: null, refresh: null, device: null })

/** @throws ConfigurationError when `accessCookieDomain` could not be an attribute of a cookie of this origin. */
export function createCookieJar({ origin, accessCookieDomain }: CookieSettings): CookieJar {
  if (accessCookieDomain !== null) refuseDomain(accessCookieDomain, origin)

  const secure = origin.protocol === 'https:'
  const common = `; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  const domain = accessCookieDomain === null ? '' : `; Domain=${accessCookieDomain}`
  // Cookies are shared between the ports of a host, and developers run several programs on localhost.
  const suffix = !secure && isLoopbackHost(origin.hostname) ? `-${origin.port || '80'}` : ''
  const define = (prefix: string, kind: CookieKind, place: string): CookieDefinition => {
    const name = `${secure ? prefix : ''}sessera-${kind}${suffix}`
    return { name, start: `${name}=`, attributes: `${place}${common}` }
  }
  return {
    session: define('__Host-', 'session', '; Path=/'),
    access: define(domain === '' ? '__Host-' : '__Secure-', 'access', `; Path=/${domain}`),
    // With a path of its own it could not be `__Host-`, and a sibling host could plant somebody else's.
    refresh: define('__Host-', 'refresh', '; Path=/'),
    device: define('__Host-', 'device', '; Path=/'),
  }
}

/**
 * Our cookies out of a Cookie header, in one pass. Names count bytewise; quotes are part of a value, and of no credential.
 *
 * @throws AuthError `ambiguous_credentials` when a credential comes twice: the order of cookies proves nothing
 * (RFC 6265 §4.2.2); `headers_too_large` beyond 16 KiB.
 */
export function readCookies(jar: CookieJar, header: string | null): Cookies {
  if (header === null) return none
  if (header.length > maxHeaderBytes) throw new AuthError('headers_too_large')
  let session: string | null = null
  let access: string | null = null
  let refresh: string | null = null
  let device: string | null = null
  for (let at = 0; at < header.length; ) {
    const semicolon = header.indexOf(';', at)
    const end = semicolon === -1 ? header.length : semicolon
    // Not trim(): it would turn 0xA0 and our name into our name, past the browser's check of the prefix.
    while (at < end && isBlank(header.charCodeAt(at))) at++
    if (header.startsWith(jar.session.start, at))
      session = once(session, header, at + jar.session.start.length, end)
    else if (header.startsWith(jar.access.start, at))
      access = once(access, header, at + jar.access.start.length, end)
    else if (header.startsWith(jar.refresh.start, at))
      refresh = once(refresh, header, at + jar.refresh.start.length, end)
    // Two marks are none, and no reason to refuse: whoever can add one must not be able to lock people out.
    else if (header.startsWith(jar.device.start, at))
      device = device === null ? trimmed(header, at + jar.device.start.length, end) : ''
    at = end + 1
  }
  return {
    session: session || null,
    access: access || null,
    refresh: refresh || null,
    device: device || null,
  }
}

/**
 * A Set-Cookie value. `maxAgeSeconds` null: until the browser closes. The age only tidies up; no decision rests on it.
 *
 * @throws Error when the value has characters that no credential has, or browsers would drop the cookie for its size.
 */
export function writeCookie(
  jar: CookieJar,
  kind: CookieKind,
  value: string,
  maxAgeSeconds: number | null,
): string {
  const { name, start, attributes } = jar[kind]
  if (!/^[A-Za-z0-9_.-]+$/.test(value)) throw new Error(`The ${kind} cookie holds A-Z a-z 0-9 _ . - only.`)
  const size = name.length + value.length
  if (size > maxCookieBytes) {
    throw new Error(
      `The ${kind} cookie would take ${size} bytes; browsers drop it beyond ${maxCookieBytes}. Return less from claims().`,
    )
  }
  if (maxAgeSeconds === null) return `${start}${value}${attributes}`
  if (!Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
    throw new Error(`The age of a cookie is a whole number of seconds, not ${maxAgeSeconds}.`)
  }
  return `${start}${value}; Max-Age=${maxAgeSeconds}${attributes}`
}

/** A Set-Cookie value that removes the cookie: same name, path and domain, or the browser keeps it. */
export function clearCookie(jar: CookieJar, kind: CookieKind): string {
  const { start, attributes } = jar[kind]
  return `${start}; Max-Age=0${attributes}`
}

function isBlank(code: number): boolean {
  return code === space || code === tab
}

/** The value between two positions, unless there was one before. */
function once(previous: string | null, header: string, from: number, end: number): string {
  if (previous !== null) throw new AuthError('ambiguous_credentials')
  return trimmed(header, from, end)
}

function trimmed(header: string, from: number, end: number): string {
  let first = from
  let last = end
  while (first < last && isBlank(header.charCodeAt(first))) first++
  while (first < last && isBlank(header.charCodeAt(last - 1))) last--
  return header.slice(first, last)
}

/** Attributes end at `;`: what is not checked here could add one (CVE-2026-29086). */
function refuseDomain(domain: string, origin: URL): void {
  if (origin.protocol !== 'https:') {
    throw new ConfigurationError(
      'accessCookieDomain needs an https origin. Leave it out where the origin is http.',
    )
  }
  const covers = origin.hostname === domain || origin.hostname.endsWith(`.${domain}`)
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain) || isIP(origin.hostname) !== 0 || !covers) {
    throw new ConfigurationError(
      `accessCookieDomain "${domain}" is no domain that ${origin.hostname} belongs to. For https://app.example.com write "example.com".`,
    )
  }
}
