// What createAuth takes, and what it makes of it: every default in one place, every mistake named in a sentence.

import {
  type Administration,
  type AdministrationOptions,
  administrationOptionNames,
  parseAdministration,
} from './administration-options.js'
import { type Algorithm, algorithms } from './credentials/algorithms.js'
import { parseDuration } from './domain/duration.js'
import type { From } from './domain/from.js'
import { ConfigurationError } from './errors.js'
import { isLoopbackHost, parseOrigin } from './http/origin.js'
import type { NewPasswordPolicy, SessionLifetime } from './kernel/policy.js'
import type { UserForClaims } from './kernel/user-directory.js'
import {
  type PasswordOptions,
  parseNewPasswordPolicy,
  parsePeppers,
  passwordOptionNames,
} from './password-options.js'
import type { Log } from './ports/log.js'
import type { StoreSource } from './ports/store.js'
import type { UserSource } from './ports/user-source.js'

/** `C` is the type of the app's own claims. */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface AuthOptions<C = {}> {
  /** The one origin under which browsers see this app: `https://app.example`. Configuration, never taken from `Host`. */
  readonly origin: string
  /** Where sessions live: `sqlite('auth.db')`, `memory()`, or a store of your own. */
  readonly store: StoreSource
  /** Server secrets of at least 32 characters. The first makes new credentials, all verify. Optional on localhost only. */
  readonly secrets?: readonly string[]
  /** Your own users table. Default: ours. */
  readonly users?: UserSource<C>
  /**
   * What else a principal should carry, at most 1 kB of JSON. Runs when a token is made or a session is read. Default: the
   * claims that `auth.users.setClaims` has stored.
   */
  readonly claims?: (user: UserForClaims) => C | Promise<C>
  /** Other origins whose pages may act with a user's cookies (CORS and CSRF). */
  readonly trustedOrigins?: readonly string[]
  /**
   * Refuses requests that change something and do not say which page they come from: for a site that nothing but browsers
   * uses. Default false: what sends neither `Origin` nor `Sec-Fetch-Site` is no browser, and may.
   */
  readonly requireOrigin?: boolean
  /** Whether strangers may create accounts. Default `closed`. */
  readonly registration?: 'closed' | 'open'
  /** Where the API is mounted. Default `/auth`. */
  readonly basePath?: string
  /** Lifetimes, such as `{ idle: '1h', absolute: '24h', rememberIdle: '7d', rememberAbsolute: '30d' }` (the defaults). */
  readonly sessions?: {
    readonly idle?: string | number
    readonly absolute?: string | number
    readonly rememberIdle?: string | number
    readonly rememberAbsolute?: string | number
    /** How long a refresh token that was just used still gets the same answer. Default 10 s; 0 is allowed. */
    readonly refreshGrace?: string | number
    /** How many one user may have at once; a new one beyond ends the one that was unused longest. Default 100, 1 to 1000. */
    readonly perUser?: number
  }
  readonly tokens?: {
    /** Default `EdDSA`. `HS256` only when no other service checks the tokens. */
    readonly algorithm?: Algorithm
    /** Default 5 m, at most 15 m. */
    readonly lifetime?: string | number
    /** Default: the origin. */
    readonly audience?: string
  }
  /** Default 15 code points, while it is the only factor (NIST SP 800-63B-4). At least 8. */
  readonly minPasswordLength?: number
  /** Peppers, and what new passwords are held against beside their length. */
  readonly passwords?: PasswordOptions
  /** Administration over HTTP, invitations, and how long the record is kept. */
  readonly administration?: AdministrationOptions
  /** Hybrid mode: gives the access cookie, never a handle, to sibling hosts of this domain. */
  readonly accessCookieDomain?: string
  /** Addresses or CIDR blocks of proxies whose `X-Forwarded-*` is believed. Default none. */
  readonly trustedProxies?: readonly string[]
  /** Runs before a session starts. Throw `AuthError('sign_in_refused')` to refuse. */
  readonly beforeSignIn?: (who: { readonly userId: string; readonly from: From }) => void | Promise<void>
  /** How changes of other processes are followed: in the background (default), or only when a request comes (serverless). */
  readonly follow?: 'background' | 'on-demand'
  /**
   * Lengthens by this much the second for which a process may rely on what it knows when the store cannot be reached.
   * Signing out, disabling and role changes then take effect that much later. Default none.
   */
  readonly trustLocalFor?: string | number
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly log?: Log
  /** Allows an http origin that is not localhost. Cookies and tokens then cross the network readable by anyone. */
  readonly dangerouslyAllowHttp?: boolean
}

export interface ParsedOptions {
  readonly origin: URL
  readonly trustedOrigins: readonly string[]
  readonly requireOrigin: boolean
  readonly secrets: readonly string[]
  readonly usesDevelopmentSecret: boolean
  readonly basePath: string
  readonly session: SessionLifetime
  readonly remember: SessionLifetime
  readonly graceMs: number
  readonly trustLocalForMs: number
  readonly algorithm: Algorithm
  readonly accessTokenSeconds: number
  readonly audience: string
  readonly minPasswordLength: number
  readonly newPasswords: NewPasswordPolicy
  readonly sessionsPerUser: number
  readonly administration: Administration
}

// A misspelt option would be ignored without a word, and the default may be the opposite of what was meant.
const optionNames: Readonly<Record<keyof AuthOptions, true>> = {
  origin: true,
  store: true,
  secrets: true,
  users: true,
  claims: true,
  trustedOrigins: true,
  requireOrigin: true,
  registration: true,
  basePath: true,
  sessions: true,
  tokens: true,
  minPasswordLength: true,
  passwords: true,
  administration: true,
  accessCookieDomain: true,
  trustedProxies: true,
  beforeSignIn: true,
  follow: true,
  trustLocalFor: true,
  log: true,
  dangerouslyAllowHttp: true,
}
const sessionNames: Readonly<Record<keyof NonNullable<AuthOptions['sessions']>, true>> = {
  idle: true,
  absolute: true,
  rememberIdle: true,
  rememberAbsolute: true,
  refreshGrace: true,
  perUser: true,
}
const tokenNames: Readonly<Record<keyof NonNullable<AuthOptions['tokens']>, true>> = {
  algorithm: true,
  lifetime: true,
  audience: true,
}

// Known to everyone who reads this line, hence on localhost only.
const developmentSecret = 'sessera development secret: localhost only'

/** @throws ConfigurationError with a sentence that says what to write instead. */
export function parseOptions(options: AuthOptions<object>): ParsedOptions {
  const { sessions = {}, tokens = {}, registration = 'closed', requireOrigin = false } = options
  refuseUnknown('', options, optionNames)
  refuseUnknown('sessions.', sessions, sessionNames)
  refuseUnknown('tokens.', tokens, tokenNames)
  refuseUnknown('administration.', options.administration ?? {}, administrationOptionNames)
  refuseUnknown('passwords.', options.passwords ?? {}, passwordOptionNames)
  parsePeppers(options.passwords)
  const origin = new URL(parseOrigin(options.origin))
  const local = isLoopbackHost(origin.hostname)
  if (origin.protocol === 'http:' && !local && options.dangerouslyAllowHttp !== true) {
    throw new ConfigurationError(
      `The origin ${origin.origin} is plain http: anyone on the way could read the cookies. Use https, or http://localhost while developing.`,
    )
  }
  const secrets = options.secrets ?? []
  if (secrets.length === 0 && !local) {
    throw new ConfigurationError(
      `Set "secrets": outside localhost Sessera needs one of at least 32 characters. Make it with: node -p "crypto.randomBytes(32).toString('base64url')"`,
    )
  }
  if (typeof options.store?.open !== 'function') {
    throw new ConfigurationError('Set "store": where sessions live, such as sqlite("auth.db") or memory().')
  }
  if (registration !== 'closed' && registration !== 'open') {
    throw new ConfigurationError(`registration is "${registration}". It is either "closed" or "open".`)
  }
  if (typeof requireOrigin !== 'boolean') {
    throw new ConfigurationError(`requireOrigin is "${String(requireOrigin)}". It is either true or false.`)
  }
  if (registration === 'open' && options.users !== undefined) {
    throw new ConfigurationError(
      'With your own users table ("users") accounts are made there: leave "registration" closed.',
    )
  }
  const algorithm = tokens.algorithm ?? 'EdDSA'
  if (!algorithms.includes(algorithm)) {
    throw new ConfigurationError(
      `tokens.algorithm is "${algorithm}". It is one of: ${algorithms.join(', ')}.`,
    )
  }
  if (tokens.audience === '')
    throw new ConfigurationError('tokens.audience is empty. Leave it out: the default is the origin.')
  const session = lifetime('sessions.idle and absolute', sessions.idle ?? '1h', sessions.absolute ?? '24h')
  const remember = lifetime(
    'sessions.rememberIdle and rememberAbsolute',
    sessions.rememberIdle ?? '7d',
    sessions.rememberAbsolute ?? '30d',
  )
  // Whether a session is remembered is told from its length.
  if (remember.absoluteSeconds <= session.absoluteSeconds) {
    throw new ConfigurationError(
      'sessions.rememberAbsolute must be longer than sessions.absolute. Raise the one or lower the other.',
    )
  }
  return {
    origin,
    trustedOrigins: (options.trustedOrigins ?? []).map(parseOrigin),
    requireOrigin,
    secrets: secrets.length === 0 ? [developmentSecret] : secrets,
    usesDevelopmentSecret: secrets.length === 0,
    basePath: parseBasePath(options.basePath ?? '/auth'),
    session,
    remember,
    trustLocalForMs: within('trustLocalFor', parseDuration(options.trustLocalFor ?? 0), 0, 3_600_000),
    graceMs: within('sessions.refreshGrace', parseDuration(sessions.refreshGrace ?? '10s'), 0, 60_000),
    algorithm,
    accessTokenSeconds: Math.floor(
      within('tokens.lifetime', parseDuration(tokens.lifetime ?? '5m'), 1000, 900_000) / 1000,
    ),
    audience: tokens.audience ?? origin.origin,
    minPasswordLength: within('minPasswordLength', options.minPasswordLength ?? 15, 8, 64),
    newPasswords: parseNewPasswordPolicy(options.passwords, origin),
    sessionsPerUser: within('sessions.perUser', sessions.perUser ?? 100, 1, 1000),
    administration: parseAdministration(options.administration),
  }
}

function refuseUnknown(where: string, given: object, known: Readonly<Record<string, true>>): void {
  const name = Object.keys(given).find((key) => !Object.hasOwn(known, key))
  if (name === undefined) return
  throw new ConfigurationError(
    `There is no option "${where}${name}". There are: ${Object.keys(known).join(', ')}.`,
  )
}

// Browsers keep no cookie longer (RFC 6265bis §5.5).
const maxLifetimeSeconds = 400 * 86_400

function lifetime(name: string, idle: string | number, absolute: string | number): SessionLifetime {
  const idleSeconds = Math.floor(parseDuration(idle) / 1000)
  const absoluteSeconds = Math.floor(parseDuration(absolute) / 1000)
  if (idleSeconds < 60 || absoluteSeconds < idleSeconds || absoluteSeconds > maxLifetimeSeconds) {
    throw new ConfigurationError(
      `${name}: the idle limit must be a minute or more and not above the absolute limit, and that at most 400 days.`,
    )
  }
  return { idleSeconds, absoluteSeconds }
}

function within(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigurationError(`${name} is ${value}. It must be between ${min} and ${max}.`)
  }
  return value
}

function parseBasePath(path: string): string {
  if (!/^(\/[\w.~-]+)+$/.test(path)) {
    throw new ConfigurationError(
      `basePath is "${path}". Write it like "/auth": a leading slash, none at the end.`,
    )
  }
  return path
}
