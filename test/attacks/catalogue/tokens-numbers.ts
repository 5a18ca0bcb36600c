// Lines 13, 14 and 29: signatures as numbers, at the edges of what there is, in other codes, and a step further.

import assert from 'node:assert/strict'
import type { JsonWebKey } from 'node:crypto'
import type { Attack, InsideAttack } from './attack.js'
import { me, setScene } from './refusal.js'
import { type Forged, forged, inWorldsOf, promoted, signed } from './tokens-forging.js'
import type { Given } from './tokens-stage.js'

const p256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const ed25519 = 2n ** 252n + 27742317777372353535851937790883648493n
const field = 2n ** 255n - 19n
const ordersOf = {
  p256: [0n, 1n, p256 - 1n, p256, p256 + 1n, 2n ** 256n - 1n],
  ed25519: [0n, 1n, ed25519 - 1n, ed25519, 2n ** 256n - 1n],
}
/** Points of small order on the curve of Ed25519, and other spellings of them. */
const smallPoints: readonly Buffer[] = [
  ...[
    0n,
    1n,
    field - 1n,
    field,
    field + 1n,
    2n ** 255n - 1n,
    2n ** 255n,
    2n ** 255n + 1n,
    2n ** 256n - 1n,
  ].map(littleEndian),
  Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex'),
  Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex'),
]

const rows: readonly Forged[] = [
  {
    line: '13',
    what: 'a signature of edge numbers',
    tokens: (given) =>
      edgesFor(given).map((bytes) => signed({ payload: promoted(given) }, given, () => bytes)),
  },
  {
    line: '14',
    what: 'a genuine signature in DER, or otherwise not as it should be',
    tokens: ({ head, body, signature }) =>
      respelt(Buffer.from(signature, 'base64url')).map((spelt) => `${head}.${body}.${spelt}`),
  },
  {
    line: '29',
    what: 'a genuine signature, further by the order of its group',
    tokens: ({ head, body, signature, header, keys }) =>
      furtherThan(Buffer.from(signature, 'base64url'), header.alg, keys).map(
        (bytes) => `${head}.${body}.${bytes.toString('base64url')}`,
      ),
  },
]

/** Nothing tells which of the two was signed, so the other must be worth no more, and no longer. */
const twin: InsideAttack = {
  line: '29',
  what: 'the other signature that an ES256 signature implies: it ends with its session',
  inside: true,
  world: { tokens: { algorithm: 'ES256' } },
  async run(target) {
    const { app, token } = await setScene(target)
    const [head = '', body = '', signature = ''] = token.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    const s = p256 - numberOf(bytes.subarray(32))
    const other = `${head}.${body}.${Buffer.concat([bytes.subarray(0, 32), bigEndian(s)]).toString('base64url')}`
    const [one, two] = [
      await target.send(me(['Authorization', `Bearer ${token}`])),
      await target.send(me(['Authorization', `Bearer ${other}`])),
    ]
    assert.equal(one.status, 200)
    if (two.status === 200) assert.equal(two.body, one.body)
    else assert.equal(two.status, 401)
    assert.equal((await app.logout()).status, 204)
    for (const text of [token, other]) {
      assert.equal(
        (await target.send(me(['Authorization', `Bearer ${text}`]))).status,
        401,
        'it outlives its session',
      )
    }
  },
}

const everywhere = forged(rows)

export const tokensNumbers: readonly Attack[] = [
  ...everywhere,
  ...inWorldsOf(['ES256', 'RS256'], everywhere),
  ...inWorldsOf(
    ['HS256'],
    everywhere.filter(({ line }) => line === '14'),
  ),
  twin,
]

function edgesFor({ header, keys }: Given): readonly Buffer[] {
  if (header.alg === 'ES256') return pairs(ordersOf.p256.map(bigEndian), ordersOf.p256.map(bigEndian))
  if (header.alg === 'RS256') return rsaEdges(keys)
  return pairs(smallPoints, ordersOf.ed25519.map(littleEndian))
}

function pairs(first: readonly Buffer[], second: readonly Buffer[]): readonly Buffer[] {
  return first.flatMap((r) => second.map((s) => Buffer.concat([r, s])))
}

function rsaEdges(keys: readonly JsonWebKey[]): readonly Buffer[] {
  const modulus = Buffer.from(keys[0]?.n ?? '', 'base64url')
  const n = numberOf(modulus)
  return [0n, 1n, 2n, n - 1n, n, n + 1n].map((value) =>
    Buffer.from(value.toString(16).padStart(2 * modulus.length, '0'), 'hex'),
  )
}

function bigEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
}

function littleEndian(value: bigint): Buffer {
  return bigEndian(value).reverse()
}

/** Each for a genuine signature, and each another text than it. */
function respelt(bytes: Buffer): readonly string[] {
  const [r, s] = [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)]
  const integer = (half: Buffer): Buffer => {
    const value = (half[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), half]) : half
    return Buffer.concat([Buffer.from([2, value.length]), value])
  }
  const inside = Buffer.concat([integer(r.subarray(0, 32)), integer(s.subarray(0, 32))])
  const zero = Buffer.alloc(1)
  return [
    Buffer.concat([Buffer.from([0x30, inside.length]), inside]),
    Buffer.concat([Buffer.from([0x30, 0x81, inside.length]), inside]),
    Buffer.concat([s, r]),
    Buffer.concat([zero, r, zero, s]),
    Buffer.concat([zero, bytes]),
    Buffer.concat([bytes, zero]),
    Buffer.concat([bytes, bytes]),
    Buffer.from(bytes).reverse(),
    bytes.subarray(1),
    bytes.subarray(0, -1),
    Buffer.from(bytes.toString('hex')),
    Buffer.from(bytes.toString('base64url')),
    Buffer.from(JSON.stringify([...bytes])),
  ].map((spelt) => spelt.toString('base64url'))
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

/** Congruent numbers for the last part of a signature, as many as it has room for. */
function furtherThan(bytes: Buffer, alg: string, keys: readonly JsonWebKey[]): readonly Buffer[] {
  if (alg === 'EdDSA') {
    const s = numberOf(Buffer.from(bytes.subarray(32)).reverse())
    return [1n, 2n, 3n, 8n].map((times) =>
      Buffer.concat([bytes.subarray(0, 32), littleEndian(s + times * ed25519)]),
    )
  }
  const from = alg === 'ES256' ? 32 : 0
  const order = alg === 'ES256' ? p256 : numberOf(Buffer.from(keys[0]?.n ?? '', 'base64url'))
  const length = bytes.length - from
  const value = (numberOf(bytes.subarray(from)) + order) % 2n ** BigInt(8 * length)
  const further = Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
  return [Buffer.concat([bytes.subarray(0, from), further])]
}
