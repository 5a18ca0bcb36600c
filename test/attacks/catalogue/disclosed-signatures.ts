// Disclosed elsewhere: tokens whose signature was missing, of another kind, or by a key that everybody has.

import { createHmac, type KeyObject } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Attack } from './attack.js'
import {
  encode,
  type Forgery,
  type Genuine,
  type Published,
  refusedTokens,
  refusedTokensUnder,
  refusedUnderOurKey,
} from './disclosed-forging.js'

const hashes = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const
const claimed = ['HS256', 'RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519', 'Ed448', 'none'] as const

const confusions: readonly Forgery[] = [
  {
    line: 'CVE-2022-23540',
    what: 'no signature, where a missing key once meant that none is needed',
    forge: ({ header, parts: [, payload, signature] }) =>
      ['none', 'None', 'NONE', 'nOnE', ' none', '', null, false, 0, undefined, [], ['none']].flatMap(
        (alg) => {
          const unsigned = `${encode({ ...header, alg })}.${payload}`
          return [unsigned, `${unsigned}.`, `${unsigned}.${signature}`]
        },
      ),
  },
  {
    line: 'CVE-2022-23541',
    what: 'an HMAC with a public key as its secret',
    forge: (genuine) => byHmac(genuine, ({ jwk, key }) => [...pemsOf(key), derOf(key), JSON.stringify(jwk)]),
  },
  {
    line: 'CVE-2022-23539',
    what: 'a genuine signature under the name of another algorithm',
    forge: ({ header, parts: [, payload, signature], algorithm }) =>
      claimed
        .filter((alg) => alg !== algorithm)
        .map((alg) => `${encode({ ...header, alg })}.${payload}.${signature}`),
  },
  {
    line: 'CVE-2023-48223',
    what: 'an HMAC with a public key in the spellings of PEM that a check of its beginning overlooks',
    forge: (genuine) =>
      byHmac(genuine, ({ key }) =>
        pemsOf(key).flatMap((pem) => [
          pem.trimEnd(),
          pem.replaceAll('\n', '\r\n'),
          pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'),
          pem.replace(/-----[^-]+-----/g, '').replaceAll('\n', ''),
          `-----BEGIN COMMENT-----\n-----END COMMENT-----\n${pem}`,
        ]),
      ),
  },
  {
    line: 'CVE-2026-34950',
    what: 'an HMAC with a public key after white space',
    forge: (genuine) =>
      byHmac(genuine, ({ key }) =>
        pemsOf(key).flatMap((pem) =>
          ['\n', '\r\n', ' ', '\t', '\u00a0', '\ufeff'].map((space) => space + pem),
        ),
      ),
  },
  {
    line: 'CVE-2026-22817, CVE-2026-22818',
    what: 'an algorithm that the token names, for a key whatever it is for',
    forge: (genuine) =>
      byHmac(genuine, ({ jwk }) =>
        ['x', 'y', 'n', 'e', 'kid', 'kty'].flatMap((member) => {
          const value = jwk[member]
          return typeof value === 'string' ? [value, Buffer.from(value, 'base64url')] : []
        }),
      ),
  },
  {
    line: 'CVE-2024-28176',
    what: 'an encrypted token that unpacks to megabytes, or that takes a billion rounds to open',
    forge: ({ header: { kid } }) => {
      const bomb = deflateRawSync(Buffer.alloc(4_000_000, 0x20)).toString('base64url')
      return [
        `${encode({ alg: 'dir', enc: 'A256GCM', zip: 'DEF', typ: 'at+jwt', kid })}..AAAAAAAAAAAAAAAA.${bomb}.AAAAAAAAAAAAAAAAAAAAAA`,
        `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'AAAA', kid })}.AAAA.AAAA.AAAA.AAAA`,
        `${encode({ alg: 'dir', zip: 'DEF', typ: 'at+jwt', kid })}.${bomb}.AAAA`,
      ]
    },
  },
]

export const disclosedSignatures: readonly Attack[] = [
  ...refusedTokens(confusions),
  ...(['RS256', 'ES256', 'HS256'] as const).map((algorithm) =>
    refusedTokensUnder(
      { algorithm },
      {
        line: 'CVE-2022-23539, CVE-2022-23540, CVE-2022-23541, CVE-2023-48223, CVE-2026-34950, CVE-2026-22817, CVE-2026-22818',
        what: `all confusions of keys and algorithms, where tokens are signed by ${algorithm}`,
        forgeries: confusions,
      },
    ),
  ),
  ...(['EdDSA', 'RS256', 'ES256', 'HS256'] as const).map((algorithm) =>
    refusedUnderOurKey({
      line: 'CVE-2022-23539',
      what: `signed by our own ${algorithm} key, under the name of another algorithm`,
      world: { tokens: { algorithm } },
      alter: ({ header }) =>
        claimed.filter((alg) => alg !== algorithm).map((alg) => ({ header: { ...header, alg } })),
    }),
  ),
  refusedUnderOurKey({
    line: 'CVE-2026-35042',
    what: 'signed by our own key, with a crit that nobody here understands',
    alter: ({ header }) =>
      [
        { crit: ['x-custom-policy'], 'x-custom-policy': 'require-mfa' },
        { crit: ['cnf'], cnf: { jkt: 'AAAA' } },
        { crit: ['b64'], b64: true },
        { crit: ['exp'] },
        { crit: ['alg', 'kid'] },
        { crit: [] },
        { crit: null },
        { crit: 'kid' },
        { 'x-custom-policy': 'require-mfa' },
      ].map((more) => ({ header: { ...header, ...more } })),
  }),
]

/** The token once more, with an HMAC by each secret that somebody could make of a published key. */
function byHmac(
  { header, parts: [, payload], published }: Genuine,
  secretsOf: (key: Published) => readonly (string | Buffer)[],
): readonly string[] {
  return published.flatMap((key) =>
    secretsOf(key).flatMap((secret, index) =>
      // One spelling is enough to try the longer hashes with.
      Object.entries(index === 0 ? hashes : { HS256: hashes.HS256 }).map(([alg, hash]) => {
        const input = `${encode({ ...header, kid: key.jwk.kid, alg })}.${payload}`
        return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
      }),
    ),
  )
}

function pemsOf(key: KeyObject): readonly string[] {
  const spki = key.export({ type: 'spki', format: 'pem' }).toString()
  if (key.asymmetricKeyType !== 'rsa') return [spki]
  return [spki, key.export({ type: 'pkcs1', format: 'pem' }).toString()]
}

function derOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ type: 'spki', format: 'der' }))
}
