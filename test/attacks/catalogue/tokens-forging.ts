// Forgeries as rows: of a genuine token something is changed, and then it is signed by whoever is at hand.

import assert from 'node:assert/strict'
import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import type { Algorithm } from '../../../packages/sessera/src/credentials/algorithms.js'
import type { Attack, InsideAttack, OutsideAttack, Target } from './attack.js'
import {
  assertGenuine,
  assertRefused,
  type Claims,
  type Given,
  setStage,
  type Tokens,
} from './tokens-stage.js'

/** A header and claims, each a text or an object; what is left out is as in the genuine token. */
export interface Parts {
  readonly header?: string | object
  readonly payload?: string | object
}

export interface Forged {
  readonly line: string
  readonly what: string
  readonly tokens: Tokens
}

export interface Altered {
  readonly line: string
  readonly what: string
  parts(given: Given): readonly Parts[]
}

/** Each row as an attack. */
export function forged(rows: readonly Forged[]): readonly OutsideAttack[] {
  return rows.map(({ line, what, tokens }) => ({
    line,
    what,
    run: async (target) => assertRefused(await setStage(target), tokens),
  }))
}

/** Each row twice: under the signature that the genuine token had, and under one of the server's own key, so that nothing else is wrong. */
export function altered(rows: readonly Altered[]): readonly Attack[] {
  const outside = rows.map(({ parts, ...row }) => ({
    ...row,
    tokens: (given: Given) => parts(given).map((part) => `${inputOf(part, given)}.${given.signature}`),
  }))
  return [...forged(outside), ...rows.map(trulySigned)]
}

function trulySigned({ line, what, parts }: Altered): InsideAttack {
  return {
    line,
    what: `${what}, under a true signature`,
    inside: true,
    async run(target, { forge, world: { store } }) {
      const stage = await setStage(target)
      const spell = ({ header, payload }: Parts, given: Given): Promise<string> =>
        forge({ header: header ?? given.header, payload: payload ?? given.payload })
      await assertGenuine(stage, (given) => spell({}, given))
      store.forget()
      await assertRefused(stage, (given) => Promise.all(parts(given).map((part) => spell(part, given))))
      const writes = store.calls.filter((call) => !/\.(?:find|list)$/.test(call))
      assert.deepEqual(writes, [], 'the store was written to')
    },
  }
}

/** The same at servers whose keys are for other algorithms. */
export function inWorldsOf(
  algorithms: readonly Algorithm[],
  attacks: readonly OutsideAttack[],
): readonly InsideAttack[] {
  return algorithms.flatMap((algorithm) =>
    attacks.map(({ line, what, run }) => ({
      line,
      what: `${what} (${algorithm})`,
      inside: true as const,
      world: { tokens: { algorithm } },
      run: (target: Target) => run(target),
    })),
  )
}

export type Sign = (input: Buffer) => Buffer

interface Signer {
  readonly jwk: JsonWebKey
  readonly sign: Sign
}

/** Keys of the attacker's own. */
export const signers: Readonly<Record<'EdDSA' | 'ES256', Signer>> = {
  EdDSA: signerOf(generateKeyPairSync('ed25519'), null),
  ES256: signerOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }), 'sha256'),
}

function signerOf(
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  hash: string | null,
): Signer {
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  return { jwk: publicKey.export({ format: 'jwk' }), sign: (input) => sign(hash, input, key) }
}

export function encode(part: string | object): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

/** The first two parts. */
function inputOf({ header, payload }: Parts, { head, body }: Given): string {
  return `${header === undefined ? head : encode(header)}.${payload === undefined ? body : encode(payload)}`
}

export function signed(parts: Parts, given: Given, by: Sign): string {
  const input = inputOf(parts, given)
  return `${input}.${by(Buffer.from(input)).toString('base64url')}`
}

/** What an attacker would like to be. */
export function promoted({ payload }: Given): Claims {
  return { ...payload, roles: ['admin'], preferred_username: 'admin' }
}
