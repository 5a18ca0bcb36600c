// Line 30: keys that are there for something else.

import assert from 'node:assert/strict'
import { createHmac, hkdfSync } from 'node:crypto'
import type { Algorithm } from '../../../packages/sessera/src/credentials/algorithms.js'
import type { Attack, InsideAttack, OutsideAttack } from './attack.js'
import { setScene } from './refusal.js'
import { type Altered, altered, promoted, signed } from './tokens-forging.js'
import { assertRefused, setStage } from './tokens-stage.js'

const said: readonly Altered[] = [
  {
    line: '30',
    what: 'a key that its header says is not for signing',
    parts: ({ header, keys }) =>
      [
        { use: 'enc' },
        { key_ops: ['encrypt'] },
        { jwk: { ...keys[0], use: 'enc' } },
        { jwk: { ...keys[0], key_ops: ['wrapKey'] } },
        { alg: 'RSA-OAEP-256' },
        { alg: 'ECDH-ES' },
        { alg: 'A256GCMKW' },
      ].map((more) => ({ header: { ...header, ...more } })),
  },
]

const publishedKeys: OutsideAttack = {
  line: '30',
  what: 'a published key that is secret, not for signing, or goes by the name of another',
  async run(target) {
    const { token } = await setScene(target)
    const { body } = await target.send({ path: '/.well-known/jwks.json' })
    const { keys }: { keys: readonly Readonly<Record<string, unknown>>[] } = JSON.parse(body)
    const allowed = /^(?:kty|use|alg|kid|crv|x|y|n|e)$/
    for (const key of keys) {
      assert.deepEqual(
        Object.keys(key).filter((name) => !allowed.test(name)),
        [],
        'a member that nobody needs',
      )
      assert.equal(key['use'], 'sig')
      assert.notEqual(key['kty'], 'oct', 'a secret')
    }
    const kids = keys.map((key) => key['kid'])
    assert.equal(new Set(kids).size, kids.length, 'two keys have one name')
    const { alg, kid }: { alg: string; kid: string } = JSON.parse(
      Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString(),
    )
    assert(
      alg === 'HS256' || keys.some((key) => key['kid'] === kid && key['alg'] === alg),
      'the key that signs is not there',
    )
  },
}

const secret = 'a server secret that is known here, and long enough'
const uses = [
  'handle tag',
  'handle secret',
  'device tag',
  'device user',
  'invitation',
  'first administrator',
  'signing key seal',
  'key id',
]

function keysForOtherUses(algorithm: Algorithm): InsideAttack {
  return {
    line: '30',
    what: `the keys that the server has for everything else (${algorithm})`,
    inside: true,
    world: { secrets: [secret], tokens: { algorithm } },
    async run(target) {
      const keys = [
        secret,
        ...uses.map((use) => Buffer.from(hkdfSync('sha256', secret, 'sessera server key v1', use, 32))),
      ]
      await assertRefused(await setStage(target), (given) =>
        keys.map((key) =>
          signed({ header: { ...given.header, alg: 'HS256' }, payload: promoted(given) }, given, (input) =>
            createHmac('sha256', key).update(input).digest(),
          ),
        ),
      )
    },
  }
}

export const tokensPurposes: readonly Attack[] = [
  ...altered(said),
  publishedKeys,
  ...(['EdDSA', 'HS256'] as const).map(keysForOtherUses),
]
