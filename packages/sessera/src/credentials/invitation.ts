// Invitations: who holds one may set a user's password, once. Nothing is stored for them: each is bound to what the store
// has of the user now, so that whatever changes that ends it; the server key alone makes none.
//   version 1 · expiry 6 · mac 32 · user id (the first administrator's: none)

import { timingSafeEqual } from 'node:crypto'
import { decodeBase64url } from './base64url.js'
import { createMac, type Mac } from './mac.js'
import type { ServerKey, ServerKeys } from './server-keys.js'

const version = 1
const headLength = 7
const macLength = 32
const maxTextLength = 768

/** The user as the store has them: a change of any of it ends their invitations. */
export interface InvitedUser {
  readonly userId: string
  readonly epoch: number
  /** Of those who have a password; null for the others, whose invitation may wait while an administrator sets them up. */
  readonly revision: number | null
  readonly createdAt: number
  readonly passwordHash: string | null
}

/** What a text claims to be. It is nothing until it is verified. */
export interface ParsedInvitation {
  /** Empty: for the first administrator. */
  readonly userId: string
  /** Epoch ms. */
  readonly expiresAt: number
  readonly head: Buffer
  readonly mac: Buffer
}

export interface Invitations {
  issue(user: InvitedUser, expiresAt: number): string
  /** @param seal what only the store of this deployment holds. */
  issueFirst(seal: string, expiresAt: number): string
  /** Checks spelling, version and length. Null for what cannot be an invitation. */
  parse(text: string): ParsedInvitation | null
  /** Whether we made it for this user as they are now. Says nothing about its expiry. Constant time. */
  verify(invitation: ParsedInvitation, user: InvitedUser): boolean
  /** Whether we made it for the deployment with one of these seals. */
  verifyFirst(invitation: ParsedInvitation, seals: readonly string[]): boolean
}

export function createInvitations({ first, all }: ServerKeys): Invitations {
  const made = macsOf(first)
  const known = all.map(macsOf)
  return {
    issue: (user, expiresAt) => write(made.user, user.userId, expiresAt, boundTo(user)),
    issueFirst: (seal, expiresAt) => write(made.first, '', expiresAt, Buffer.from(seal)),

    parse(text) {
      const bytes = text.length > maxTextLength ? null : decodeBase64url(text)
      if (bytes === null || bytes.length < headLength + macLength || bytes[0] !== version) return null
      const head = bytes.subarray(0, headLength)
      const mac = bytes.subarray(headLength, headLength + macLength)
      const userId = bytes.toString('utf8', headLength + macLength)
      return { userId, expiresAt: bytes.readUIntBE(1, 6), head, mac }
    },

    verify: ({ head, mac, userId }, user) =>
      userId === user.userId && known.some((macs) => isMac(mac, macs.user, head, boundTo(user))),

    verifyFirst: ({ head, mac, userId }, seals) =>
      userId === '' &&
      known.some((macs) => seals.some((seal) => isMac(mac, macs.first, head, Buffer.from(seal)))),
  }
}

interface Macs {
  readonly user: Mac
  readonly first: Mac
}

function macsOf(key: ServerKey): Macs {
  return {
    user: createMac(key.derive('invitation')),
    first: createMac(key.derive('first administrator')),
  }
}

function write(mac: Mac, userId: string, expiresAt: number, bound: Buffer): string {
  const head = Buffer.alloc(headLength)
  head[0] = version
  head.writeUIntBE(expiresAt, 1, 6)
  return Buffer.concat([head, mac(Buffer.concat([head, bound])), Buffer.from(userId)]).toString('base64url')
}

function isMac(mac: Buffer, make: Mac, head: Buffer, bound: Buffer): boolean {
  return timingSafeEqual(mac, make(Buffer.concat([head, bound])))
}

// Fixed lengths first and the length of the id before it, so no two users spell the same bytes.
function boundTo({ userId, epoch, revision, createdAt, passwordHash }: InvitedUser): Buffer {
  const id = Buffer.from(userId)
  const numbers = Buffer.alloc(20)
  numbers.writeUIntBE(epoch, 0, 6)
  numbers.writeUIntBE(revision ?? 0, 6, 6)
  numbers.writeUIntBE(createdAt, 12, 6)
  numbers.writeUInt16BE(id.length, 18)
  return Buffer.concat([numbers, id, Buffer.from(passwordHash ?? '')])
}
