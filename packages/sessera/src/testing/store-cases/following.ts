// Reading the change feed as a follower does.

import assert from 'node:assert/strict'
import type { Change, ChangeBody } from '../../domain/change.js'
import type { Store } from '../../ports/store.js'

/** Everything in the feed behind `after`, read page by page. */
export async function changesIn(store: Store, after = 0, pageSize = 100): Promise<readonly Change[]> {
  const found: Change[] = []
  for (let position = after; ; ) {
    const { entries, head } = (await store.feed.read(position, pageSize)).value
    found.push(...entries)
    position = entries.at(-1)?.seq ?? position
    if (position >= head) return found
    assert(entries.length > 0, 'The feed answers with no entries, and its head says that there are some.')
  }
}

export async function onlyChange(store: Store, after = 0): Promise<Change> {
  const [change, ...others] = await changesIn(store, after)
  assert(change !== undefined && others.length === 0, 'The feed does not hold exactly one entry.')
  return change
}

/** What an entry says, without its place and time. */
export function bodyOf({ kind, subject, userId, epoch, revision, spared, mode }: Change): ChangeBody {
  return { kind, subject, userId, epoch, revision, spared: spared === null ? null : { ...spared }, mode }
}
