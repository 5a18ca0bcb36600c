// Disclosed elsewhere: Authorization headers that a parser broke on, or was too kind to.

import type { Attack } from './attack.js'
import { encode } from './disclosed-forging.js'
import { refusedTogether, type Spelling } from './disclosed-together.js'

const header = encode({ alg: 'EdDSA', typ: 'at+jwt', kid: 'x' })

type Malformed = readonly [what: string, value: (token: string) => string]

/** Values of Authorization that are no token, by the genuine one. */
const malformed: Readonly<Record<string, readonly Malformed[]>> = {
  'CVE-2026-73418': [
    ...['{', 'null', '[]', '"x"', '1', '{}', '{"alg":1}', '{"alg":"EdDSA","kid":{}}', '\u0000'].map(
      (text): Malformed => [
        `the header ${JSON.stringify(text)}`,
        () => `Bearer ${Buffer.from(text).toString('base64url')}.e30.AAAA`,
      ],
    ),
    ...[
      '..',
      '.',
      '...',
      'a.b',
      'a.b.c',
      'a.b.c.d',
      'a.b.c.d.e',
      '%',
      'null',
      'undefined',
      '{}',
      '\u00ff',
    ].map((text): Malformed => [`the text ${text}`, () => `Bearer ${text}`]),
    ['claims that are no JSON', () => `Bearer ${header}.AAAA.AAAA`],
    ['claims that are not UTF-8', () => `Bearer ${header}.gICA.AAAA`],
    ['a signature that is no base64url', () => `Bearer ${header}.e30.!`],
  ],
  'CVE-2026-9803': [
    ['no token', () => 'Bearer'],
    ['a space for a token', () => 'Bearer '],
    ['no token, in small letters', () => 'bearer'],
    ['nothing but spaces', () => '   '],
    ['a comma for a token', () => 'Bearer ,'],
  ],
  'GHSA-gv94-wp4h-vv8p': [
    ['a tab between', (token) => `Bearer\t${token}`],
    ['two spaces between', (token) => `Bearer  ${token}`],
    ['a space of another kind between', (token) => `Bearer\u00a0${token}`],
    ['nothing between', (token) => `Bearer${token}`],
    ['a colon between', (token) => `Bearer:${token}`],
    ['quotes around the token', (token) => `Bearer "${token}"`],
    ['no scheme', (token) => token],
  ],
}

/** What each of these advisories was about. */
const mistaken: Readonly<Record<string, string>> = {
  'CVE-2026-73418': 'a malformed bearer token, on which a parser threw',
  'CVE-2026-9803': 'an Authorization header without a token, on which a parser threw',
  'GHSA-gv94-wp4h-vv8p': 'a bearer token after anything but one space',
}

function spelt([what, value]: Malformed): readonly Spelling[] {
  return ['/auth/me', '/auth/verify'].map((path) => ({
    what: `${path}: ${what}`,
    status: 401,
    send: ({ token }) => ({ path, headers: [['Authorization', value(token)]] }),
  }))
}

export const disclosedMalformed: readonly Attack[] = Object.entries(malformed).map(([line, values]) =>
  refusedTogether({ line, what: mistaken[line] ?? '' }, values.flatMap(spelt)),
)
