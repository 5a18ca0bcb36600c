// The feed as an array whose first element follows the horizon, so that a place in it is an index.

import {
  afterLostChange,
  type ChangeBody,
  everyoneChanged,
  type LostChange,
  sessionEnded,
  userChanged,
} from '../../domain/change.js'
import type { FeedStore } from '../../ports/store.js'
import { raiseDeployment } from './deployment.js'
import { removeSession } from './sessions.js'
import { ensureSubject, putSubject } from './subjects.js'
import { type Door, headOf, type Tables } from './tables.js'

export function feedBehind({ tables, step, appendAgain }: Door): FeedStore {
  const { feed } = tables
  const { entries } = feed
  return {
    read: (after, limit) =>
      step(() => {
        const next = Math.max(0, after - feed.horizon)
        const there = entries[after - feed.horizon - 1]?.change
        return {
          at: there === undefined ? null : { seq: there.seq, nonce: there.nonce },
          entries: entries.slice(next, next + limit).map(({ change }) => change),
          head: headOf(feed),
          horizon: feed.horizon,
        }
      }),
    reassert: (lost) =>
      step((now) => {
        for (const change of lost) {
          const { nonce } = change
          if (entries.some((known) => known.change.nonce === nonce || known.reasserts === nonce)) continue
          appendAgain(restore(tables, change), now, change)
        }
      }),
    prune: (at) =>
      step(() => {
        const kept = entries.findIndex(({ change }) => change.keepUntil >= at)
        const count = kept === -1 ? Math.max(0, entries.length - 1) : kept
        entries.splice(0, count)
        feed.horizon += count
        return count
      }),
  }
}

/** Makes good what the store has lost, and says what has changed by it. */
function restore(tables: Tables, lost: LostChange): ChangeBody {
  switch (lost.kind) {
    case 'session_ended':
      return sessionEnded({
        id: lost.subject,
        userId: removeSession(tables, lost.subject)?.userId ?? null,
      })
    case 'user':
      return userChanged(putSubject(tables, afterLostChange(ensureSubject(tables, lost.subject), lost)))
    case 'everyone':
      return everyoneChanged(raiseDeployment(tables, lost.epoch ?? 0))
    case 'session_moved':
    case 'keys':
      return { ...lost, userId: null }
  }
}
