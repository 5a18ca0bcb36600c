// Ties a form to the session or the link that it was shown to (ASVS 5.0 3.5, NIST SP 800-63B-4 §5.1): whoever sends it has
// seen it.

import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto'

export interface FormTokens {
  /** @param shownTo a session's id, or a form's name and the token of its link. */
  make(shownTo: string): string
  verify(shownTo: string, token: string): boolean
}

const salt = 'sessera-server form token v1'

/** @param secrets the first makes tokens, all verify them. */
export function createFormTokens(secrets: readonly string[]): FormTokens {
  const keys = secrets.map(keyFrom)
  const [first] = keys
  if (first === undefined) throw new TypeError('There is no secret to make form tokens with.')
  return {
    make: (shownTo) => mac(first, shownTo).toString('base64url'),
    verify(shownTo, token) {
      const presented = Buffer.from(token, 'base64url')
      return keys.some((key) => {
        const expected = mac(key, shownTo)
        return presented.length === expected.length && timingSafeEqual(presented, expected)
      })
    },
  }
}

function keyFrom(secret: string): KeyObject {
  const source = createSecretKey(secret, 'utf8')
  return createSecretKey(Buffer.from(hkdfSync('sha256', source, salt, 'sign-out', 32)))
}

function mac(key: KeyObject, shownTo: string): Buffer {
  return createHmac('sha256', key).update(shownTo).digest()
}
