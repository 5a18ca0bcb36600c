// One key of each algorithm, the same in every run, so that a token of the corpus stays genuine. They open nothing.

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  type Algorithm,
  importKey,
  type SigningKey,
} from '../../../packages/sessera/src/credentials/algorithms.js'

interface StoredKey {
  readonly algorithm: Algorithm
  readonly kid: string
  /** Base64. */
  readonly privateKey: string
}

export interface TokenKey {
  readonly key: SigningKey
  /** What another library verifies with. */
  readonly foreign: KeyObject | Uint8Array
}

export const tokenKeys: readonly TokenKey[] = (
  JSON.parse(readFileSync(new URL('./keys.json', import.meta.url), 'utf8')) as StoredKey[]
).map(({ algorithm, kid, privateKey }) => {
  const bytes = Buffer.from(privateKey, 'base64')
  const foreign =
    algorithm === 'HS256'
      ? new Uint8Array(bytes)
      : createPublicKey(createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }))
  return { key: importKey({ algorithm, kid, privateKey: bytes }), foreign }
})

export function findTokenKey(kid: string): TokenKey | null {
  return tokenKeys.find(({ key }) => key.kid === kid) ?? null
}
