// SECURITY.md §2, attacks 1 to 31, as far as they concern a verifier: each token here must be refused.
// Wherever possible the forgery carries a true signature, so that nothing but the check under test can refuse it.

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as signBytes,
} from 'node:crypto'
import { CompactEncrypt, FlattenedSign, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { signAccessToken } from '../../../packages/sessera/src/credentials/access-token.js'
import { algorithms } from '../../../packages/sessera/src/credentials/algorithms.js'
import {
  audience,
  encode,
  exampleClaims,
  forge,
  headerFor,
  issuer,
  makeKey,
  now,
  outcomeOf,
  seconds,
  tokenOf,
  verifyWith,
} from './forge.js'

const keys = await Promise.all(algorithms.map((algorithm) => makeKey(algorithm)))
const asymmetric = keys.filter(({ key }) => key.jwk !== null)
const es256 = await makeKey('ES256')

function publicHalf({ privateKey }: { privateKey: Buffer }): ReturnType<typeof createPublicKey> {
  return createPublicKey(createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }))
}

describe.each(keys)('$key.algorithm: the header', ({ key }) => {
  const header = headerFor(key)
  const others = algorithms.filter((name) => name !== key.algorithm)

  test.each([
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    key.algorithm.toLowerCase(),
    `${key.algorithm} `,
    'Ed25519',
    ...others,
  ])('alg "%s" is refused, signature or not (1, 2)', (alg) => {
    const signed = forge({ key, header: { ...header, alg } })
    const unsigned = forge({ key, header: { ...header, alg }, sign: () => '' })
    expect([signed, unsigned].map((token) => outcomeOf(verifyWith(key, token)))).toEqual([
      'wrong_algorithm',
      'malformed',
    ])
  })

  test('an empty or missing part, above all the signature, is refused (4)', () => {
    const [head, payload, signature] = forge({ key }).split('.')
    const gaps = [`${head}..${signature}`, `.${payload}.${signature}`, `..${signature}`, `${head}`]
    const tokens = [...gaps, `${head}.${payload}.`, `${head}.${payload}`, `${head}.${payload}..`, `..`, '']
    expect(tokens.map((token) => outcomeOf(verifyWith(key, token)))).toEqual(Array(9).fill('malformed'))
  })

  test.each([0, 1, 31, 33, 63, 65, 383, 385, 4000])('a signature of %i bytes is refused', (length) => {
    const token = forge({ key, sign: () => Buffer.alloc(length, 7) })
    expect(verifyWith(key, token).ok).toBe(false)
  })

  test.each<[string, object]>([
    ['an embedded jwk (11)', { jwk: key.jwk ?? { kty: 'oct', k: 'AAAA' } }],
    ['jku (12)', { jku: 'http://127.0.0.1/jwks.json' }],
    ['x5u (12)', { x5u: 'http://169.254.169.254/' }],
    ['x5c', { x5c: ['MIIB'] }],
    ['x5t', { x5t: 'AAAA' }],
    ['an unknown crit (15)', { crit: ['exp'], exp: seconds + 300 }],
    ['an empty crit', { crit: [] }],
    ['b64: false (16)', { b64: false, crit: ['b64'] }],
    ['b64: true', { b64: true }],
    ['zip (18)', { zip: 'DEF' }],
    ['enc (18)', { enc: 'A256GCM' }],
    ['p2c (18)', { p2c: 1_000_000_000, p2s: 'AAAA' }],
    ['cty', { cty: 'JWT' }],
    ['claims in the header', { iss: issuer }],
    ['any other member', { x: 1 }],
    ['a member named constructor', { constructor: 'x' }],
    ['alg that is a list', { alg: [key.algorithm] }],
    ['alg that is null', { alg: null }],
    ['kid that is a number', { kid: 1 }],
    ['kid that is a list', { kid: [key.kid] }],
    ['kid that is null', { kid: null }],
    ['no alg', { alg: undefined }],
    ['no kid', { kid: undefined }],
  ])('%s is refused', (_, change) => {
    expect(outcomeOf(verifyWith(key, forge({ key, header: { ...header, ...change } })))).toBe(
      'header_refused',
    )
  })

  test.each<[string, unknown]>([
    ['an ID token (26)', 'JWT'],
    ['a logout token (26)', 'logout+jwt'],
    ['a DPoP proof (26)', 'dpop+jwt'],
    ['a security event', 'secevent+jwt'],
    ['the long name', 'application/at+jwt'],
    ['capitals', 'AT+JWT'],
    ['blanks', ' at+jwt'],
    ['no type', undefined],
    ['a list', ['at+jwt']],
  ])('%s is no access token', (_, typ) => {
    expect(outcomeOf(verifyWith(key, forge({ key, header: { ...header, typ } })))).toBe('wrong_type')
  })

  test.each([
    '../../dev/null',
    "x' UNION SELECT '1';--",
    '|sleep 10',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    '',
    `${key.kid} `,
    `${key.kid}\0`,
    key.kid.toLowerCase(),
    key.kid.slice(0, -1),
  ])('kid "%s" names no key (7 to 10, 28)', (kid) => {
    expect(outcomeOf(verifyWith(key, forge({ key, header: { ...header, kid } })))).toBe('unknown_key')
  })

  test.each([
    ['alg twice (19)', `{"alg":"none","typ":"at+jwt","kid":"${key.kid}","alg":"${key.algorithm}"}`],
    [
      'alg twice, spelt with an escape',
      `{"\\u0061lg":"none","alg":"${key.algorithm}","typ":"at+jwt","kid":"${key.kid}"}`,
    ],
    ['__proto__', `{"alg":"${key.algorithm}","typ":"at+jwt","kid":"${key.kid}","__proto__":{"crit":[]}}`],
    ['a list', '[]'],
    ['text', '"header"'],
    ['null', 'null'],
    ['something after the object', `${JSON.stringify(header)}x`],
    ['a byte order mark', `\ufeff${JSON.stringify(header)}`],
    ['comments', `/**/${JSON.stringify(header)}`],
    ['nothing', ''],
  ])('%s is malformed', (_, spelt) => {
    expect(outcomeOf(verifyWith(key, forge({ key, header: spelt })))).toBe('malformed')
  })

  test('bytes that are not UTF-8 are malformed', () => {
    const bytes = Buffer.from(JSON.stringify({ ...header, x: '?' }))
    bytes[bytes.indexOf('?')] = 0xff
    const input = `${bytes.toString('base64url')}.${encode(exampleClaims)}`
    const token = `${input}.${key.sign(Buffer.from(input)).toString('base64url')}`
    expect(outcomeOf(verifyWith(key, token))).toBe('malformed')
  })
})

describe.each(asymmetric)('$key.algorithm: its public key', ({ key, material }) => {
  const pub = publicHalf(material)
  const pem = pub.export({ format: 'pem', type: 'spki' }).toString()
  const guesses: [string, Buffer][] = [
    ['PEM', Buffer.from(pem)],
    ['PEM without the last newline', Buffer.from(pem.trim())],
    ['PEM after a blank (CVE-2026-34950)', Buffer.from(` ${pem}`)],
    ['DER', pub.export({ format: 'der', type: 'spki' })],
    ['JWK', Buffer.from(JSON.stringify(pub.export({ format: 'jwk' })))],
    ['published JWK', Buffer.from(JSON.stringify(key.jwk))],
    ['kid', Buffer.from(key.kid)],
    ['nothing (5)', Buffer.alloc(0)],
    ['a common secret (6)', Buffer.from('secret')],
  ]
  test.each(guesses)('is no HMAC key: %s (3)', (_, secret) => {
    const sign = (input: Buffer): Buffer => createHmac('sha256', secret).update(input).digest()
    const confused = forge({ key, header: { ...headerFor(key), alg: 'HS256' }, sign })
    const plain = forge({ key, sign })
    expect([confused, plain].map((token) => outcomeOf(verifyWith(key, token)))).toEqual([
      'wrong_algorithm',
      'bad_signature',
    ])
  })
})

describe('ES256 signatures', () => {
  const { key, material } = es256
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const edges = [0n, 1n, order - 1n, order, order + 1n, 2n ** 256n - 1n]
  const half = (n: bigint): Buffer => Buffer.from(n.toString(16).padStart(64, '0'), 'hex')

  test.each(edges.flatMap((r) => edges.map((s): [bigint, bigint] => [r, s])))(
    'r=%i s=%i are refused (13)',
    (r, s) => {
      const token = forge({ key, sign: () => Buffer.concat([half(r), half(s)]) })
      expect(outcomeOf(verifyWith(key, token))).toBe('bad_signature')
    },
  )

  test('DER in place of r and s is refused (14)', () => {
    const pkcs8 = createPrivateKey({ key: material.privateKey, format: 'der', type: 'pkcs8' })
    const token = forge({ key, sign: (input) => signBytes('sha256', input, pkcs8) })
    expect(outcomeOf(verifyWith(key, token))).toBe('bad_signature')
  })
})

describe.each(keys)('$key.algorithm: the claims', ({ key }) => {
  test.each(Object.keys(exampleClaims).filter((name) => name !== 'scope' && name !== 'claims'))(
    'a token without %s is refused (22)',
    (name) => {
      const payload = { ...exampleClaims, [name]: undefined }
      expect(outcomeOf(verifyWith(key, forge({ key, payload })))).toBe('claims_refused')
    },
  )
})

describe('the claims', () => {
  const [inHand] = keys
  if (inHand === undefined) throw new Error('no algorithms')
  const { key } = inHand

  test.each<[string, object, string]>([
    ['exp as text (20)', { exp: '9999999999' }, 'claims_refused'],
    ['exp with a fraction', { exp: seconds + 300.5 }, 'claims_refused'],
    ['exp below zero', { exp: -1 }, 'claims_refused'],
    ['exp too large for ms', { exp: Number.MAX_SAFE_INTEGER }, 'claims_refused'],
    ['exp null', { exp: null }, 'claims_refused'],
    ['exp as a list', { exp: [seconds + 300] }, 'claims_refused'],
    ['exp true', { exp: true }, 'claims_refused'],
    ['iat as text', { iat: String(seconds) }, 'claims_refused'],
    ['iat in the future (23)', { iat: seconds + 60, exp: seconds + 120 }, 'not_yet_valid'],
    ['nbf in the future (23)', { nbf: seconds + 60 }, 'not_yet_valid'],
    ['nbf as text', { nbf: '0' }, 'claims_refused'],
    ['nbf null', { nbf: null }, 'claims_refused'],
    ['auth_time as text', { auth_time: '0' }, 'claims_refused'],
    ['aud as a list that holds ours (24)', { aud: [audience] }, 'claims_refused'],
    ['aud as a list of several (24)', { aud: [audience, 'https://other.example'] }, 'claims_refused'],
    ['aud of somebody else (24)', { aud: 'https://other.example' }, 'wrong_audience'],
    ['aud that begins like ours (24)', { aud: `${audience}.evil` }, 'wrong_audience'],
    ['aud that ours begins with (24)', { aud: audience.slice(0, -1) }, 'wrong_audience'],
    ['aud in capitals', { aud: audience.toUpperCase() }, 'wrong_audience'],
    ['iss with a slash (25)', { iss: `${issuer}/` }, 'wrong_issuer'],
    ['iss of another tenant under the same key (27)', { iss: 'https://tenant-2.example' }, 'wrong_issuer'],
    ['iss as a list', { iss: [issuer] }, 'claims_refused'],
    ['empty sub', { sub: '' }, 'claims_refused'],
    ['sub as a number', { sub: 1 }, 'claims_refused'],
    ['sid too short', { sid: exampleClaims.sid.slice(1) }, 'claims_refused'],
    ['sid too long', { sid: `${exampleClaims.sid}A` }, 'claims_refused'],
    ['sid with spare bits', { sid: `${exampleClaims.sid.slice(0, -1)}x` }, 'claims_refused'],
    ['sid with foreign characters', { sid: `${exampleClaims.sid.slice(0, -1)}=` }, 'claims_refused'],
    ['epoch as text', { epoch: '1' }, 'claims_refused'],
    ['epoch below zero', { epoch: -1 }, 'claims_refused'],
    ['epoch with a fraction', { epoch: 1.5 }, 'claims_refused'],
    ['epoch beyond safe integers', { epoch: 2 ** 53 }, 'claims_refused'],
    ['revision as text', { revision: '1' }, 'claims_refused'],
    ['roles as text', { roles: 'admin' }, 'claims_refused'],
    ['roles as an object', { roles: { 0: 'admin', length: 1 } }, 'claims_refused'],
    ['a role that is no text', { roles: [['admin']] }, 'claims_refused'],
    ['amr as text', { amr: 'pwd' }, 'claims_refused'],
    ['scope as a list', { scope: ['a'] }, 'claims_refused'],
    ['empty scope', { scope: '' }, 'claims_refused'],
    ['scope with two blanks', { scope: 'a  b' }, 'claims_refused'],
    ['scope with a line break', { scope: 'a\nb' }, 'claims_refused'],
    ['mode session', { mode: 'session' }, 'claims_refused'],
    ['claims as text', { claims: 'x' }, 'claims_refused'],
    ['claims null', { claims: null }, 'claims_refused'],
  ])('%s is refused', (_, change, reason) => {
    expect(outcomeOf(verifyWith(key, forge({ key, payload: { ...exampleClaims, ...change } })))).toBe(reason)
  })

  const claimsText = JSON.stringify(exampleClaims)
  const inserted = (text: string): string => `{${text},${claimsText.slice(1)}`
  test.each([
    ['exp twice (19)', inserted(`"exp":${seconds + 1}`), 'malformed'],
    ['exp twice by an escape', inserted(`"\\u0065xp":${seconds + 1}`), 'malformed'],
    [
      'a duplicate inside the app claims',
      claimsText.replace('"plan":', '"plan":"free","plan":'),
      'malformed',
    ],
    ['exp 1e309 (21)', claimsText.replace(/"exp":\d+/, '"exp":1e309'), 'claims_refused'],
    ['exp NaN', claimsText.replace(/"exp":\d+/, '"exp":NaN'), 'malformed'],
    ['exp in hexadecimal', claimsText.replace(/"exp":\d+/, '"exp":0xffffffff'), 'malformed'],
    ['__proto__ with admin inside', inserted('"__proto__":{"roles":["admin"]}'), 'malformed'],
    ['__proto__ spelt with an escape', inserted('"__pr\\u006fto__":{"roles":["admin"]}'), 'malformed'],
    ['depth 9 (31)', inserted(`"x":${'['.repeat(8)}${']'.repeat(8)}`), 'malformed'],
    ['depth 2000 (31)', inserted(`"x":${'['.repeat(2000)}${']'.repeat(2000)}`), 'malformed'],
    ['unclosed brackets', '{"a":'.repeat(800), 'malformed'],
    ['100 members', inserted(Array.from({ length: 100 }, (_, n) => `"m${n}":0`).join()), 'malformed'],
    ['something after the object', `${claimsText}{}`, 'malformed'],
    ['a list', `[${claimsText}]`, 'malformed'],
  ])('%s is refused', (_, payload, reason) => {
    expect(outcomeOf(verifyWith(key, forge({ key, payload })))).toBe(reason)
  })

  test('depth 8 is the last one allowed', () => {
    const payload = inserted(`"x":${'['.repeat(7)}${']'.repeat(7)}`)
    expect(outcomeOf(verifyWith(key, forge({ key, payload })))).toBe('ok')
  })
})

describe.each(keys)('$key.algorithm: the spelling', ({ key }) => {
  const token = forge({ key })
  const [head = '', payload = '', signature = ''] = token.split('.')

  test.each([
    ['a trailing newline (29)', `${token}\n`],
    ['a leading blank', ` ${token}`],
    ['an inner blank (29)', `${head}.${payload} .${signature}`],
    ['a line break inside a part', `${head}.${payload.slice(0, 8)}\n${payload.slice(8)}.${signature}`],
    ['padding', `${token}=`],
    ['the other alphabet', `${token.slice(0, -1)}+`],
    ['four parts', `${token}.AAAA`],
    ['five parts (18)', `${head}..${payload}.${signature}.AAAA`],
    ['a dot in front', `.${token}`],
    ['a character too many', `${token}A`],
    ['NUL at the end', `${token}\0`],
    [
      'general JSON serialisation (17)',
      JSON.stringify({ payload, signatures: [{ protected: head, signature }] }),
    ],
    ['flattened JSON serialisation (17)', JSON.stringify({ payload, protected: head, signature })],
    ['JSON wrapped around a compact token (17)', `{"a":"${token}"}`],
    ['a scheme in front', `Bearer ${token}`],
  ])('%s is refused', (_, text) => {
    expect(verifyWith(key, text).ok).toBe(false)
  })

  test('spare bits of the last character are refused in every part (29)', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const aliases = [head, payload, signature].flatMap((part, index) =>
      [...alphabet]
        .map((last) => part.slice(0, -1) + last)
        .filter(
          (alias) => alias !== part && Buffer.from(alias, 'base64url').equals(Buffer.from(part, 'base64url')),
        )
        .map((alias) => [head, payload, signature].with(index, alias).join('.')),
    )
    const withSpareBits = [head, payload, signature].some((part) => part.length % 4 !== 0)
    expect(aliases.length > 0).toBe(withSpareBits)
    expect(aliases.map((alias) => outcomeOf(verifyWith(key, alias)))).toEqual(aliases.map(() => 'malformed'))
  })

  test('a character that is the right one modulo 256 is refused in every part', () => {
    const aliases = [head, payload, signature].flatMap((part, index) =>
      [0, part.length - 1].map((at) => {
        const alias = String.fromCharCode(part.charCodeAt(at) + 256)
        return [head, payload, signature]
          .with(index, part.slice(0, at) + alias + part.slice(at + 1))
          .join('.')
      }),
    )
    expect(outcomeOf(verifyWith(key, token))).toBe('ok')
    expect(aliases.map((alias) => outcomeOf(verifyWith(key, alias)))).toEqual(Array(6).fill('malformed'))
  })

  test.each([
    [8192, 'ok'],
    [8193, 'malformed'],
  ])('of %i characters: %s', (length, outcome) => {
    const { named, claims } = tokenOf(length, key)
    expect(outcomeOf(verifyWith(named, forge({ key: named, payload: claims })))).toBe(outcome)
  })
})

test('a header 100,000 deep is refused at once and nothing breaks (31)', () => {
  const [inHand] = keys
  if (inHand === undefined) throw new Error('no algorithms')
  const text = `${encode('['.repeat(100_000))}.${encode('['.repeat(100_000))}.AAAA`
  expect(outcomeOf(verifyWith(inHand.key, text))).toBe('malformed')
})

describe.each(asymmetric)('$key.algorithm: what jose makes', ({ key, material }) => {
  const pkcs8 = createPrivateKey({ key: material.privateKey, format: 'der', type: 'pkcs8' })
  const make = (payload: object, header: object = {}): Promise<string> =>
    new SignJWT({ ...payload }).setProtectedHeader({ ...headerFor(key), ...header }).sign(pkcs8)

  test('is accepted when everything is right', async () => {
    expect(verifyWith(key, await make(exampleClaims))).toEqual({ ok: true, claims: exampleClaims })
  })

  test.each<[string, object, object, string]>([
    ['for another audience', { aud: 'https://other.example' }, {}, 'wrong_audience'],
    ['by another issuer', { iss: 'https://other.example' }, {}, 'wrong_issuer'],
    ['without exp', { exp: undefined }, {}, 'claims_refused'],
    ['that has expired', { iat: seconds - 600, exp: seconds - 300, auth_time: seconds - 600 }, {}, 'expired'],
    ['as an ID token', {}, { typ: 'JWT' }, 'wrong_type'],
    ['with its public key inside', {}, { jwk: key.jwk }, 'header_refused'],
  ])('is refused when made %s', async (_, change, header, reason) => {
    expect(outcomeOf(verifyWith(key, await make({ ...exampleClaims, ...change }, header)))).toBe(reason)
  })

  test('is refused in JSON serialisation (17)', async () => {
    const jws = await new FlattenedSign(Buffer.from(JSON.stringify(exampleClaims)))
      .setProtectedHeader(headerFor(key))
      .sign(pkcs8)
    expect(outcomeOf(verifyWith(key, JSON.stringify(jws)))).toBe('malformed')
  })
})

test('an encrypted token is refused (18)', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwe = await new CompactEncrypt(Buffer.from(signAccessToken(exampleClaims, es256.key)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', typ: 'at+jwt', kid: es256.key.kid })
    .encrypt(publicKey)
  expect(outcomeOf(verifyWith(es256.key, jwe, { now }))).toBe('malformed')
})
