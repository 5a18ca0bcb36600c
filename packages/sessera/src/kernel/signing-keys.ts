// The signing keys as an operator handles them.

import type { KeyInfo } from '../credentials/keyring.js'
import type { Kernel } from './kernel.js'

/** As the store has them now, oldest first. */
export function listKeys(kernel: Kernel): Promise<readonly KeyInfo[]> {
  return kernel.keyring.list()
}

/** Adds a key that signs once everybody who caches the public keys knows it. Answers with its `kid`. */
export async function rotateKey(kernel: Kernel): Promise<string> {
  const kid = await kernel.keyring.rotate()
  kernel.record('crypto_key_rotated', { cause: kid })
  await kernel.knowledge.catchUp()
  return kid
}

/** Emergency: tokens under this key are refused from now on. False when there is no such key. */
export async function revokeKey(kernel: Kernel, kid: string): Promise<boolean> {
  const revoked = await kernel.keyring.revoke(kid)
  if (revoked) kernel.record('crypto_key_revoked', { cause: kid })
  await kernel.knowledge.catchUp()
  return revoked
}
