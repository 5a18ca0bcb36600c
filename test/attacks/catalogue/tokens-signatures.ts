// Lines 3 to 6: signatures that are none, or are made with what everybody knows.

import { createHmac, createPublicKey } from 'node:crypto'
import type { Attack } from './attack.js'
import { encode, type Forged, forged, inWorldsOf, promoted, signed } from './tokens-forging.js'
import type { Given } from './tokens-stage.js'

const hashes = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

const commonSecrets: readonly string[] = [
  ...[
    'secret',
    'Secret',
    'SECRET',
    'secret\n',
    'password',
    'changeme',
    'change-me',
    'test',
    'key',
    'jwt',
    'admin',
  ],
  ...[
    'your-256-bit-secret',
    'your_jwt_secret',
    'supersecret',
    'keyboard cat',
    'shhhhh',
    'mysecretkey',
    '123456',
  ],
  ...['a-string-secret-at-least-256-bits-long', 'AllYourBase', 'sessera', 'sessera-session', 'default', '0'],
  ...['sessera development secret: localhost only', 'undefined', 'null', 'false', '[object Object]', 'NaN'],
  '\0'.repeat(32),
]

const published: Forged = {
  line: '3',
  what: 'an HMAC with the public key as its secret, in every spelling',
  tokens: (given) => spellingsOf(given).flatMap((secret) => maced(given, secret)),
}
const empty: Forged = {
  line: '4',
  what: 'an empty or missing signature, or any other part',
  tokens(given) {
    const { head, body, signature } = given
    const mine = encode(promoted(given))
    return [
      ...[`${head}.${mine}.`, `${head}.${mine}`, `${head}.${body}.`, `${head}.${body}`, `${head}.${body}..`],
      ...[`${head}..${signature}`, `.${body}.${signature}`, `..${signature}`, '..', '.', `${head}..`, head],
      ...[
        `${body}.${signature}`,
        `${signature}`,
        `${head}.${mine}.=`,
        `${head}.${mine}.A`,
        `${head}.${mine}.AA`,
      ],
      ...[encode('null'), encode('""'), encode('\0'), encode('0')].map((none) => `${head}.${mine}.${none}`),
    ]
  },
}
const lengths: Forged = {
  line: '4',
  what: 'a signature of nothing but zeros, of any length',
  tokens: (given) =>
    [1, 31, 32, 33, 48, 63, 64, 65, 66, 96, 128, 256, 384, 385, 1000].map((length) =>
      signed({ payload: promoted(given) }, given, () => Buffer.alloc(length)),
    ),
}
const blank: Forged = {
  line: '5',
  what: 'an HMAC with an empty secret',
  tokens: (given) =>
    ['', '\0', ' ', '\n'].flatMap((secret) => [
      ...maced(given, secret),
      mac(given, secret, { ...given.header, alg: 'HS256', kid: '' }),
      mac(given, secret, { alg: 'HS256' }),
    ]),
}
const common: Forged = {
  line: '6',
  what: 'an HMAC with a common secret',
  tokens: (given) =>
    [
      ...commonSecrets,
      ...[given.header.kid, given.payload.iss, new URL(given.payload.iss).host, given.payload.sub],
    ].flatMap((secret) => [
      mac(given, secret, { ...given.header, alg: 'HS256' }),
      mac(given, Buffer.from(secret).toString('base64'), { ...given.header, alg: 'HS256' }),
    ]),
}
const rows = forged([published, empty, lengths, blank, common])
const byLine = (...lines: readonly string[]): typeof rows => rows.filter(({ line }) => lines.includes(line))

export const tokensSignatures: readonly Attack[] = [
  ...rows,
  ...inWorldsOf(['ES256'], byLine('3', '4', '5')),
  ...inWorldsOf(['RS256'], byLine('3')),
  ...inWorldsOf(['HS256'], rows),
]

/** Under both names: that of the MAC, and that of the key. */
function maced(given: Given, secret: string | Buffer): readonly string[] {
  return [
    ...Object.keys(hashes).map((alg) => mac(given, secret, { ...given.header, alg })),
    mac(given, secret, given.header),
  ]
}

function mac(given: Given, secret: string | Buffer, header: Readonly<Record<string, string>>): string {
  const hash = Object.entries(hashes).find(([name]) => name === header['alg'])?.[1] ?? 'sha256'
  return signed({ header, payload: promoted(given) }, given, (input) =>
    createHmac(hash, secret).update(input).digest(),
  )
}

/** Where no key is public, what else is. */
function spellingsOf({ keys, header }: Given): readonly (string | Buffer)[] {
  if (keys.length === 0) return [JSON.stringify({ keys }), '{}', '[]', header.kid]
  return keys.flatMap((jwk) => {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const pem = key.export({ format: 'pem', type: 'spki' }).toString()
    const { kty, crv, x, y, n, e } = jwk
    const bare = { crv, e, kty, n, x, y }
    return [
      ...[pem, pem.trim(), ` ${pem}`, `\n${pem}`, pem.replaceAll('\n', '\r\n'), pem.replaceAll('\n', '')],
      ...[pem.replace(/-----[^-]+-----\n/g, ''), pem.replace(/-----[^-]+-----|\n/g, ''), `${pem}\0`],
      key.export({ format: 'der', type: 'spki' }),
      ...(kty === 'RSA'
        ? [key.export({ format: 'pem', type: 'pkcs1' }), key.export({ format: 'der', type: 'pkcs1' })]
        : []),
      ...[JSON.stringify(jwk), JSON.stringify(jwk, null, 2), JSON.stringify(bare), JSON.stringify({ keys })],
      ...[x, y, n]
        .filter((part) => part !== undefined)
        .flatMap((part) => [part, Buffer.from(part, 'base64url')]),
      ...[jwk['kid']].filter((kid) => typeof kid === 'string'),
    ]
  })
}
