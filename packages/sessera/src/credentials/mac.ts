// HMAC-SHA256 (RFC 2104) of short messages, by two one-shot hashes. A `createHmac` object costs several times as much
// beside other work: it is a stream, and stays until the garbage collector finds it.

import { hash, type KeyObject } from 'node:crypto'

const blockLength = 64
const digestLength = 32

export type Mac = (message: Uint8Array) => Buffer

/** @throws RangeError for a key longer than a block, which would have to be hashed first: ours have 32 bytes. */
export function createMac(key: KeyObject): Mac {
  const bytes = key.export()
  if (bytes.length > blockLength) throw new RangeError('The key of a MAC is longer than a block.')
  const innerPad = padOf(bytes, 0x36)
  const outerPad = padOf(bytes, 0x5c)
  return (message) => {
    const outer = Buffer.alloc(blockLength + digestLength)
    outer.set(outerPad)
    outer.write(hash('sha256', Buffer.concat([innerPad, message]), 'binary'), blockLength, 'latin1')
    return Buffer.from(hash('sha256', outer, 'binary'), 'latin1')
  }
}

function padOf(key: Uint8Array, byte: number): Buffer {
  const pad = Buffer.alloc(blockLength, byte)
  key.forEach((value, index) => {
    pad[index] = value ^ byte
  })
  return pad
}
