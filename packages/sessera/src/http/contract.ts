// The JSON shapes of the HTTP API: one type and one schema each. The schema validates, documents, and must fit the type.

import * as v from 'valibot'
import type { Mode, Principal } from '../domain/principal.js'
import { integer, password, text } from './shapes.js'

/** Where a token-mode client wants its refresh token: in the JSON (native clients) or in an HttpOnly cookie (browsers). */
export type RefreshIn = 'body' | 'cookie'

export interface RegisterBody {
  readonly username: string
  readonly password: string
  readonly email?: string | undefined
  readonly mode?: Mode | undefined
  readonly refresh?: RefreshIn | undefined
}

export interface LoginBody {
  readonly username: string
  readonly password: string
  readonly mode?: Mode | undefined
  readonly remember?: boolean | undefined
  readonly refresh?: RefreshIn | undefined
}

/** For refresh and logout. Absent: the token comes as a cookie. */
export interface RefreshTokenBody {
  readonly refresh_token?: string | undefined
}

export interface PasswordBody {
  readonly current: string
  readonly next: string
}

export interface ReauthenticateBody {
  readonly password: string
}

export interface ExchangeBody extends RefreshTokenBody {
  readonly mode: Mode
  readonly refresh?: RefreshIn | undefined
}

export interface TokenPairAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly refresh_token?: string | undefined
}

/** The tokens are there in token mode only. Times are epoch ms. */
export interface SignedInAnswer {
  readonly user: { readonly id: string; readonly username: string; readonly roles: readonly string[] }
  readonly session: {
    readonly id: string
    readonly mode: Mode
    readonly expiresAt: number
    readonly provenAt: number
  }
  readonly access_token?: string | undefined
  readonly token_type?: 'Bearer' | undefined
  readonly expires_in?: number | undefined
  readonly refresh_token?: string | undefined
}

export type PrincipalAnswer = Principal<Readonly<Record<string, unknown>>>

export interface SessionListAnswer {
  readonly sessions: readonly {
    readonly id: string
    /** Whether it is the one that asks. */
    readonly current: boolean
    readonly mode: Mode
    readonly createdAt: number
    readonly lastSeenAt: number
    readonly expiresAt: number
    readonly ip: string | null
    readonly userAgent: string | null
  }[]
}

export interface EndedAnswer {
  readonly ended: number
}

export interface JwksAnswer {
  readonly keys: readonly Readonly<Record<string, string>>[]
}

/** RFC 8414 §2. There is no authorization endpoint, hence no response type. */
export interface ServerMetadataAnswer {
  readonly issuer: string
  readonly jwks_uri: string
  readonly response_types_supported: readonly string[]
  readonly grant_types_supported: readonly string[]
}

/** RFC 9457. */
export interface ProblemAnswer {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
}

const mode: v.GenericSchema<Mode> = v.picklist(['session', 'token', 'hybrid'])
const refreshIn: v.GenericSchema<RefreshIn> = v.picklist(['body', 'cookie'])
const refreshToken: v.GenericSchema<string> = text(128)

export const registerBody: v.GenericSchema<RegisterBody> = v.strictObject({
  username: text(256),
  password,
  email: v.optional(v.pipe(v.string(), v.maxLength(254), v.email())),
  mode: v.optional(mode),
  refresh: v.optional(refreshIn),
})

export const loginBody: v.GenericSchema<LoginBody> = v.strictObject({
  username: text(320),
  password,
  mode: v.optional(mode),
  remember: v.optional(v.boolean()),
  refresh: v.optional(refreshIn),
})

export const refreshTokenBody: v.GenericSchema<RefreshTokenBody> = v.strictObject({
  refresh_token: v.optional(refreshToken),
})

export const passwordBody: v.GenericSchema<PasswordBody> = v.strictObject({
  current: password,
  next: password,
})

export const reauthenticateBody: v.GenericSchema<ReauthenticateBody> = v.strictObject({ password })

export const exchangeBody: v.GenericSchema<ExchangeBody> = v.strictObject({
  mode,
  refresh_token: v.optional(refreshToken),
  refresh: v.optional(refreshIn),
})

export const tokenPair: v.GenericSchema<TokenPairAnswer> = v.strictObject({
  access_token: v.string(),
  token_type: v.literal('Bearer'),
  expires_in: integer,
  refresh_token: v.optional(v.string()),
})

export const signedIn: v.GenericSchema<SignedInAnswer> = v.strictObject({
  user: v.strictObject({ id: v.string(), username: v.string(), roles: v.array(v.string()) }),
  session: v.strictObject({ id: v.string(), mode, expiresAt: integer, provenAt: integer }),
  access_token: v.optional(v.string()),
  token_type: v.optional(v.literal('Bearer')),
  expires_in: v.optional(integer),
  refresh_token: v.optional(v.string()),
})

export const principal: v.GenericSchema<PrincipalAnswer> = v.strictObject({
  kind: v.picklist(['user', 'client']),
  id: v.string(),
  username: v.nullable(v.string()),
  sessionId: v.nullable(v.string()),
  mode: v.nullable(mode),
  roles: v.array(v.string()),
  scopes: v.array(v.string()),
  factors: v.array(v.string()),
  provenAt: integer,
  claims: v.record(v.string(), v.unknown()),
})

export const sessionList: v.GenericSchema<SessionListAnswer> = v.strictObject({
  sessions: v.array(
    v.strictObject({
      id: v.string(),
      current: v.boolean(),
      mode,
      createdAt: integer,
      lastSeenAt: integer,
      expiresAt: integer,
      ip: v.nullable(v.string()),
      userAgent: v.nullable(v.string()),
    }),
  ),
})

export const ended: v.GenericSchema<EndedAnswer> = v.strictObject({ ended: integer })

export const problem: v.GenericSchema<ProblemAnswer> = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: integer,
  code: v.string(),
  detail: v.string(),
})

export const jwks: v.GenericSchema<JwksAnswer> = v.strictObject({
  keys: v.array(v.record(v.string(), v.string())),
})

export const serverMetadata: v.GenericSchema<ServerMetadataAnswer> = v.strictObject({
  issuer: v.string(),
  jwks_uri: v.string(),
  response_types_supported: v.array(v.string()),
  grant_types_supported: v.array(v.string()),
})

export const openApi: v.GenericSchema<Readonly<Record<string, unknown>>> = v.record(v.string(), v.unknown())
