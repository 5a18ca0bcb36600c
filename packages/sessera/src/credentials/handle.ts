// Opaque handles: 54 bytes, 72 characters of base64url, deterministic for (key, purpose, session, generation).
// The tag refuses junk without I/O; the secret needs both the server key and the session record.
//   version 1 · key id 1 · session id 16 · generation 4 · tag 8 · secret 24

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Purpose, Session } from '../domain/session.js'
import type { ServerKey, ServerKeys } from './server-keys.js'

const version = 1
const headLength = 22
const tagLength = 8
const secretLength = 24
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
  readonly tagKey: ReturnType<ServerKey['derive']>
  readonly secretKey: ReturnType<ServerKey['derive']>
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
    tagKey: key.derive('handle tag'),
    secretKey: key.derive('handle secret'),
  }))
  const [first] = keys
  if (first === undefined) throw new RangeError('There is always a first server key.')

  return {
    issue(owner) {
      const head = Buffer.alloc(headLength)
      head[0] = version
      head[1] = first.keyId
      head.write(owner.id, 2, 16, 'base64url')
      head.writeUInt32BE(owner.generation, 18)
      const secret = secretOf(first, owner.purpose, owner.generation, owner)
      return Buffer.concat([head, tagOf(first, owner.purpose, head, secret), secret]).toString('base64url')
    },

    parse(text, purpose) {
      if (!handlePattern.test(text)) return null
      const bytes = Buffer.from(text, 'base64url')
      if (bytes[0] !== version) return null
      const head = bytes.subarray(0, headLength)
      const tag = bytes.subarray(headLength, headLength + tagLength)
      const secret = bytes.subarray(headLength + tagLength)
      for (const key of keys) {
        if (key.keyId !== bytes[1] || !timingSafeEqual(tag, tagOf(key, purpose, head, secret))) continue
        return {
          sessionId: head.toString('base64url', 2, 18),
          purpose,
          generation: head.readUInt32BE(18),
          outdatedKey: key !== first,
          key,
          secret,
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
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(generation)
  return createHmac('sha256', key.secretKey)
    .update(Buffer.of(purposeByte[purpose]))
    .update(owner.id, 'base64url')
    .update(counter)
    .update(owner.seed, 'base64url')
    .update(owner.userId, 'utf8')
    .digest()
    .subarray(0, secretLength)
}

function tagOf(key: HandleKey, purpose: Purpose, head: Buffer, secret: Buffer): Buffer {
  return createHmac('sha256', key.tagKey)
    .update(Buffer.of(purposeByte[purpose]))
    .update(head)
    .update(secret)
    .digest()
    .subarray(0, tagLength)
}
