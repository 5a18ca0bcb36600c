// Opaque handles: 54 bytes, 72 characters of base64url, deterministic for (key, purpose, session, generation).
// The tag refuses junk without I/O; the secret needs both the server key and the session record.
//   version 1 · key id 1 · session id 16 · generation 4 · tag 8 · secret 24

import { timingSafeEqual } from 'node:crypto'
import type { Purpose, Session } from '../domain/session.js'
import { createMac, type Mac } from './mac.js'
import type { ServerKeys } from './server-keys.js'

const version = 1
const headLength = 22
const tagLength = 8
const secretLength = 24
const idLength = 16
const seedLength = 16
const handlePattern = /^[A-Za-z0-9_-]{72}$/
const maxGeneration = 0xffff_ffff
const purposeByte: Readonly<Record<Purpose, number>> = { session: 1, refresh: 2 }

/** What the secret of a session's handles is made of, besides the server key. */
export type HandleOwner = Pick<Session, 'id' | 'userId' | 'seed' | 'purpose' | 'generation'>

/** A handle whose tag is right: made by us, for this purpose. Whether it is still good only the session record tells. */
export interface ParsedHandle {
  readonly sessionId: string
  readonly purpose: Purpose
  readonly generation: number
  /** Made under a key that is not the first any more: reissue it in passing. */
  readonly outdatedKey: boolean
  readonly key: HandleKey
  readonly secret: Buffer
}

interface HandleKey {
  readonly keyId: number
  readonly tagMac: Mac
  readonly secretMac: Mac
}

export interface Handles {
  /** The handle of the session's current generation, under the first server key. */
  issue(owner: HandleOwner): string
  /** Checks spelling, version, key and tag in memory. Null for anything we did not make for this purpose. */
  parse(text: string, purpose: Purpose): ParsedHandle | null
  /** Whether the secret belongs to this session at the handle's own generation. Constant time. */
  verify(handle: ParsedHandle, owner: Pick<HandleOwner, 'id' | 'userId' | 'seed'>): boolean
}

/**
 * @example
 * const handles = createHandles(createServerKeys([secret]))
 * const text = handles.issue(session)
 * const parsed = handles.parse(text, session.purpose)
 */
export function createHandles(serverKeys: ServerKeys): Handles {
  const keys = serverKeys.all.map((key) => ({
    keyId: key.keyId,
    tagMac: createMac(key.derive('handle tag')),
    secretMac: createMac(key.derive('handle secret')),
  }))
  const [first] = keys
  if (first === undefined) throw new RangeError('There is always a first server key.')

  return {
    issue(owner) {
      const bytes = Buffer.alloc(headLength + tagLength + secretLength)
      bytes[0] = version
      bytes[1] = first.keyId
      bytes.write(owner.id, 2, idLength, 'base64url')
      bytes.writeUInt32BE(owner.generation, 18)
      bytes.set(secretOf(first, owner.purpose, owner.generation, owner), headLength + tagLength)
      bytes.set(tagOf(first, owner.purpose, bytes), headLength)
      return bytes.toString('base64url')
    },

    parse(text, purpose) {
      if (!handlePattern.test(text)) return null
      const bytes = Buffer.from(text, 'base64url')
      if (bytes[0] !== version) return null
      const tag = bytes.subarray(headLength, headLength + tagLength)
      for (const key of keys) {
        if (key.keyId !== bytes[1] || !timingSafeEqual(tag, tagOf(key, purpose, bytes))) continue
        return {
          sessionId: bytes.toString('base64url', 2, 2 + idLength),
          purpose,
          generation: bytes.readUInt32BE(18),
          outdatedKey: key !== first,
          key,
          secret: bytes.subarray(headLength + tagLength),
        }
      }
      return null
    },

    verify: (handle, owner) =>
      timingSafeEqual(handle.secret, secretOf(handle.key, handle.purpose, handle.generation, owner)),
  }
}

/** The generation after this one. Four bytes at one rotation a second last 136 years. */
export function nextGeneration(generation: number): number {
  if (generation >= maxGeneration) throw new RangeError('The session has used up its generations.')
  return generation + 1
}

// All fields but the last have fixed lengths, so no two inputs spell the same bytes.
function secretOf(
  key: HandleKey,
  purpose: Purpose,
  generation: number,
  owner: Pick<HandleOwner, 'id' | 'userId' | 'seed'>,
): Buffer {
  const lastAt = 1 + idLength + 4 + seedLength
  const input = Buffer.alloc(lastAt + Buffer.byteLength(owner.userId))
  input[0] = purposeByte[purpose]
  input.write(owner.id, 1, idLength, 'base64url')
  input.writeUInt32BE(generation, 1 + idLength)
  input.write(owner.seed, 1 + idLength + 4, seedLength, 'base64url')
  input.write(owner.userId, lastAt, 'utf8')
  return key.secretMac(input).subarray(0, secretLength)
}

/** Over the purpose, the head and the secret of a handle: whatever stands in the tag's own place is left out. */
function tagOf(key: HandleKey, purpose: Purpose, handle: Buffer): Buffer {
  const input = Buffer.alloc(1 + headLength + secretLength)
  input[0] = purposeByte[purpose]
  handle.copy(input, 1, 0, headLength)
  handle.copy(input, 1 + headLength, headLength + tagLength)
  return key.tagMac(input).subarray(0, tagLength)
}
