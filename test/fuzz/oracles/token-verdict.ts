// One token before three judges: our verifier, the same key in the `jose` library, and the list of strict rules.
// Invariant: we accept exactly what jose accepts and no rule forbids.

import { isDeepStrictEqual } from 'node:util'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import {
  type AccessTokenClaims,
  type AccessTokenExpectation,
  verifyAccessToken,
} from '../../../packages/sessera/src/credentials/access-token.js'
import { hold, type Outcome } from '../engine/target.js'
import { findTokenKey } from './token-keys.js'
import { brokenRules, type TokenTerms } from './token-rules.js'

export const seconds: number = Date.UTC(2026, 0, 1, 12) / 1000
const issuer = 'https://app.example'

export const expectation: AccessTokenExpectation = {
  findKey: (kid) => findTokenKey(kid)?.key ?? null,
  issuer,
  audience: issuer,
  now: seconds * 1000,
  maxLifetimeSeconds: 900,
  skewSeconds: 5,
}

export const terms: TokenTerms = {
  ...expectation,
  now: seconds,
  algorithmOf: (kid) => findTokenKey(kid)?.key.algorithm ?? null,
}

export const genuineClaims: AccessTokenClaims = {
  iss: issuer,
  sub: 'user-1',
  aud: issuer,
  exp: seconds + 300,
  iat: seconds,
  jti: 'AAECAwQFBgcICQoLDA0ODw',
  client_id: 'sessera',
  sid: 'EBESExQVFhcYGRobHB0eHw',
  epoch: 1,
  revision: 7,
  auth_time: seconds - 60,
  amr: ['pwd'],
  roles: ['teller'],
  scope: 'report:read report:write',
  preferred_username: 'ann',
  mode: 'token',
  claims: { plan: 'pro' },
}

/** @throws Violation when the judges do not agree as they should. */
export async function judgeToken(token: string): Promise<Outcome> {
  const ours = verifyAccessToken(token, expectation)
  const theirs = await readByJose(token)
  const [rule] = brokenRules(token, terms)
  if (!ours.ok) {
    hold(theirs === null || rule !== undefined, 'we refuse a token for no rule', {
      token,
      reason: ours.reason,
    })
    return theirs === null ? `both refuse, ${ours.reason}` : `we refuse, ${ours.reason}, ${rule}`
  }
  hold(theirs !== null, 'we accept what jose refuses', token)
  hold(rule === undefined, 'we accept what a rule forbids', { token, rule })
  for (const [name, value] of Object.entries(ours.claims)) {
    hold(isDeepStrictEqual(value, theirs[name]), 'we read another claim than jose', { token, name })
  }
  return 'both accept'
}

async function readByJose(token: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const { kid } = decodeProtectedHeader(token)
    const found = typeof kid === 'string' ? findTokenKey(kid) : null
    if (found === null) return null
    const { payload } = await jwtVerify(token, found.foreign, {
      algorithms: [found.key.algorithm],
      typ: 'at+jwt',
      issuer,
      audience: issuer,
      currentDate: new Date(seconds * 1000),
      clockTolerance: expectation.skewSeconds,
    })
    return payload
  } catch {
    return null
  }
}
