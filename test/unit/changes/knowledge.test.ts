// What is known serves only while the follower, its history and the lease agree that it may.

import { describe, expect, test } from 'vitest'
import type { Follower } from '../../../packages/sessera/src/changes/follower.js'
import { createKnowledge, type Knowledge } from '../../../packages/sessera/src/changes/knowledge.js'
import { createLease } from '../../../packages/sessera/src/changes/lease.js'
import { createRevocations } from '../../../packages/sessera/src/changes/revocations.js'
import { createFakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { ended, idOf } from './entries.js'

/** With a lease that is live, session s ended at place 3, and a follower at place 5 of history 2. */
function knowing({ catchUp = true }: { readonly catchUp?: boolean } = {}): Knowledge {
  const clock = createFakeClock()
  const lease = createLease(clock, 1000)
  lease.confirm({ wall: clock.now(), monotonic: clock.monotonic() })
  const revocations = createRevocations()
  revocations.apply(ended(3, 's'))
  const follower: Follower = {
    position: () => ({ history: 2, seq: 5 }),
    confirm: async () => true,
    catchUp: async () => catchUp,
    start: () => undefined,
    stop: async () => undefined,
  }
  return createKnowledge(follower, lease, revocations)
}

describe('what was read after a place may be remembered', () => {
  test.each([
    ['in the history that is followed', 't', 2, true],
    ['unless the session has ended', 's', 2, false],
    ['unless that place was in another history', 't', 1, false],
  ])('%s', (_when, name, history, admitted) => {
    expect(knowing().admits(idOf(name), 'ada', { history, seq: 5 })).toBe(admitted)
  })
})

describe('a change that was made here', () => {
  test('is in force once it has come by the feed', async () => {
    const knowledge = knowing()
    await knowledge.catchUp()
    expect(knowledge.isLive()).toBe(true)
  })

  test('ends all reliance on what is known if the feed cannot tell', async () => {
    const knowledge = knowing({ catchUp: false })
    await knowledge.catchUp()
    expect(knowledge.isLive()).toBe(false)
  })
})
