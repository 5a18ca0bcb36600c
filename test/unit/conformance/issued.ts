// Credentials as the oracle sees them: decoded, so that it knows what each stands for and how to present it.

import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import type { Held } from '../../support/client.js'
import type { Credential, CredentialKind } from './records.js'
import type { Truth } from './truth.js'

const names = { session: '__Host-sessera-session', access: '__Host-sessera-access' }
export const nothingHeld: Held = { cookies: {}, accessToken: null, refreshToken: null }

interface Circumstances {
  readonly truth: Truth
  readonly basis: number
}

interface Claims {
  readonly sid: string
  readonly iat: number
  readonly exp: number
  readonly mode: Mode
}

export function issuedIn({ cookies, accessToken, refreshToken }: Held, how: Circumstances): Credential[] {
  return [
    credentialOf('session', cookies[names.session] ?? null, how),
    credentialOf('access', cookies[names.access] ?? null, how),
    credentialOf('bearer', accessToken, how),
    credentialOf('refresh', refreshToken, how),
  ].filter((credential) => credential !== null)
}

function credentialOf(kind: CredentialKind, text: string | null, how: Circumstances): Credential | null {
  if (text === null) return null
  const { truth, basis } = how
  const claims = kind === 'access' || kind === 'bearer' ? claimsOf(text) : null
  const bytes = Buffer.from(text, 'base64url')
  const sessionId = claims?.sid ?? bytes.toString('base64url', 2, 18)
  const record = truth.sessions.get(sessionId)
  if (record === undefined) return null
  return {
    text,
    kind,
    sessionId,
    userId: record.userId,
    mode: claims?.mode ?? record.rotations.at(-1)?.mode ?? record.mode,
    generation: claims === null ? bytes.readUInt32BE(18) : null,
    endsAt: claims === null ? null : claims.exp * 1000,
    basis,
  }
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** When a token says that it was issued, epoch ms. */
export function issuedAt({ text }: Credential): number {
  return claimsOf(text).iat * 1000
}

/** Somebody who holds this and nothing else. */
export function heldOf({ kind, text }: Credential): Held {
  if (kind === 'bearer') return { ...nothingHeld, accessToken: text }
  if (kind === 'refresh') return { ...nothingHeld, refreshToken: text }
  return { ...nothingHeld, cookies: { [names[kind]]: text } }
}

/** The headers that present it for a principal. A refresh token never is. */
export function headersOf({ kind, text }: Credential): Record<string, string> {
  if (kind === 'bearer') return { authorization: `Bearer ${text}` }
  return kind === 'refresh' ? {} : { cookie: `${names[kind]}=${text}` }
}
