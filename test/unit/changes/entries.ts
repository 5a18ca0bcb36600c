// Entries of the change feed, spelt as short as a test needs them.

import { createHash } from 'node:crypto'
import type { Change } from '../../../packages/sessera/src/domain/change.js'

function textOf(name: string, bytes: number): string {
  return createHash('sha256').update(name).digest().subarray(0, bytes).toString('base64url')
}

/** 16 bytes that stand for this name, as ids of sessions are spelt. */
export function idOf(name: string | number): string {
  return textOf(`id ${name}`, 16)
}

/** 8 bytes for a place in a history; another `history`, another nonce. */
export function nonceOf(seq: number, history = ''): string {
  return textOf(`nonce ${history} ${seq}`, 8)
}

const rest = { userId: null, epoch: null, revision: null, spared: null, mode: null, at: 0, keepUntil: 1e15 }

export function ended(seq: number, name: string | number, more: Partial<Change> = {}): Change {
  return { ...rest, kind: 'session_ended', seq, nonce: nonceOf(seq), subject: idOf(name), ...more }
}

export function moved(seq: number, name: string | number, more: Partial<Change> = {}): Change {
  return { ...ended(seq, name), kind: 'session_moved', mode: 'session', ...more }
}

export function raised(seq: number, userId: string, more: Partial<Change> = {}): Change {
  return { ...ended(seq, ''), kind: 'user', subject: userId, epoch: 1, revision: 1, ...more }
}

export function everyone(seq: number, epoch: number, more: Partial<Change> = {}): Change {
  return { ...ended(seq, ''), kind: 'everyone', subject: '', epoch, ...more }
}
