// The lease has lapsed and the store is in trouble: who gets in by what can still be asked, at which level, and who does not.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keysChanged } from '../../packages/sessera/src/domain/change.js'
import { type Check, type Mode, modes } from '../../packages/sessera/src/domain/principal.js'
import type { FeedPage } from '../../packages/sessera/src/ports/store.js'
import type { World } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { createTwoNodes, type TwoNodes } from '../support/two-nodes.js'
import {
  ask,
  type Fault,
  faults,
  holdTime,
  knows,
  type Outcome,
  passes,
  struck,
  unavailable,
  waitFor,
  writesAmong,
} from './faults.js'

beforeEach(holdTime)
afterEach(() => void vi.useRealTimers())

const refused = { status: 401, retryAfterSeconds: null }

/** What a part of the store being down means for a session that lives on, and for one that was ended elsewhere. */
interface Case {
  readonly down: string
  readonly hit: (name: string) => boolean
  readonly check: Check
  readonly modes: readonly Mode[]
  readonly live: Partial<Outcome>
  readonly ended: Partial<Outcome>
}

const isFeed = (name: string): boolean => name.startsWith('feed.')
const isOther = (name: string): boolean => !isFeed(name)
const any = (): boolean => true

const cases: readonly Case[] = [
  { down: 'the feed', hit: isFeed, check: 'feed', modes, live: passes, ended: refused },
  { down: 'the feed', hit: isFeed, check: 'store', modes, live: passes, ended: refused },
  {
    down: 'all but the feed',
    hit: isOther,
    check: 'feed',
    modes: ['token'],
    live: passes,
    ended: refused,
  },
  // Forgotten, and nobody left to ask.
  {
    down: 'all but the feed',
    hit: isOther,
    check: 'feed',
    modes: ['session', 'hybrid'],
    live: passes,
    ended: unavailable,
  },
  { down: 'all but the feed', hit: isOther, check: 'store', modes, live: unavailable, ended: unavailable },
  { down: 'the store', hit: any, check: 'feed', modes, live: unavailable, ended: unavailable },
  { down: 'the store', hit: any, check: 'store', modes, live: unavailable, ended: unavailable },
  // By the signature alone, as it says.
  { down: 'the store', hit: any, check: 'local', modes: ['token', 'hybrid'], live: passes, ended: passes },
  { down: 'the store', hit: any, check: 'local', modes: ['session'], live: unavailable, ended: unavailable },
]

/** Two processes; the one that asks has seen the credential while the lease lived. */
async function seenAtA(mode: Mode): Promise<{ nodes: TwoNodes; client: Client; sessionId: string }> {
  const nodes = await createTwoNodes()
  const client = nodes.atA((await nodes.signedIn(mode)).held)
  const sessionId = (await client.me()).body.sessionId ?? ''
  return { nodes, client, sessionId }
}

/** The store's clock is in step with those of the processes. */
function lapse(nodes: TwoNodes): void {
  nodes.pass(1001)
  nodes.a.store.forget()
}

/** Longer than two reads of the feed and two of a session may take. */
const patienceMs = 4500

async function outcomeUnder(
  nodes: TwoNodes,
  client: Client,
  { fault, hit, check }: Pick<Case, 'hit' | 'check'> & { readonly fault: Fault },
): Promise<Outcome> {
  nodes.a.store.meddle(struck(fault, hit))
  const asking = ask(nodes.a, client, check)
  return fault.takesTime ? await waitFor([{ clock: steps(nodes) }], patienceMs, asking) : await asking
}

/** The clocks of all, moved as one. */
function steps(nodes: TwoNodes): World['clock'] {
  return { ...nodes.a.clock, advance: nodes.pass }
}

describe.each(faults)('a store that $how', (fault) => {
  describe.each(cases)('$down is down, at level $check', ({ hit, check, modes: held, live, ended }) => {
    test.each(held)('in %s mode a live session', async (mode) => {
      const { nodes, client } = await seenAtA(mode)
      lapse(nodes)
      expect(await outcomeUnder(nodes, client, { fault, hit, check })).toMatchObject(live)
      expect(writesAmong(nodes.a.store.calls)).toEqual([])
      nodes.a.store.meddle(null)
      for (const level of ['feed', 'store', 'local'] as const)
        expect(await ask(nodes.a, client, level)).toEqual(passes)
      expect(knows(nodes.a, client)).toBe(mode !== 'hybrid')
    })

    test.each(held)('in %s mode a session that was ended elsewhere', async (mode) => {
      const { nodes, client, sessionId } = await seenAtA(mode)
      await nodes.b.auth.sessions.end(sessionId)
      lapse(nodes)
      expect(await outcomeUnder(nodes, client, { fault, hit, check })).toMatchObject(ended)
      expect(knows(nodes.a, client)).toBe(false)
      nodes.a.store.meddle(null)
      for (const level of ['feed', 'store'] as const)
        expect((await ask(nodes.a, client, level)).status).toBe(401)
    })
  })
})

describe('outage after outage', () => {
  test.each(modes)('in %s mode: 503 for as long as it lasts, 200 at once when it is over', async (mode) => {
    const { nodes, client } = await seenAtA(mode)
    for (let round = 0; round < 5; round++) {
      nodes.a.store.meddle(() => Promise.reject(new Error('Gone.')))
      expect(await ask(nodes.a, client, 'feed')).toEqual(passes)
      for (let seconds = 0; seconds < 5; seconds++) {
        nodes.pass(1001)
        expect(await ask(nodes.a, client, 'feed')).toEqual(unavailable)
      }
      expect((await client.copy({ accessToken: 'junk', cookies: {} }).me()).status).toBe(401)
      nodes.a.store.meddle(null)
      expect(await ask(nodes.a, client, 'feed')).toEqual(passes)
    }
  })

  test('each is said once, and so is its end', async () => {
    const { nodes, client } = await seenAtA('token')
    for (let round = 0; round < 3; round++) {
      nodes.a.store.meddle(() => Promise.reject(new Error('Gone.')))
      for (let seconds = 0; seconds < 5; seconds++) {
        nodes.pass(1001)
        await ask(nodes.a, client, 'feed')
      }
      nodes.a.store.meddle(null)
      await ask(nodes.a, client, 'feed')
    }
    const said = nodes.a.log.map(({ level, message }) => `${level}: ${message}`)
    const down = 'warn: The change feed cannot be read. Requests will be checked against the store itself.'
    const up = 'info: The change feed can be read again.'
    expect(said).toEqual([down, up, down, up, down, up])
  })
})

describe('an answer that arrives after it was given up', () => {
  /** Answers are made at once, and held back until they are let through. */
  function holdBack(world: World, hit: (name: string) => boolean): () => void {
    let letThrough = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      letThrough = resolve
    })
    world.store.meddle(async (call) => {
      const answer = await call.proceed()
      if (hit(call.name)) await opened
      return answer
    })
    return letThrough
  }

  test('from the feed confirms nothing', async () => {
    const { nodes, client, sessionId } = await seenAtA('token')
    lapse(nodes)
    const letThrough = holdBack(nodes.a, isFeed)
    const early = ask(nodes.a, client, 'feed')
    expect(await waitFor([{ clock: steps(nodes) }], patienceMs, early)).toEqual(passes)
    await nodes.b.auth.sessions.end(sessionId)
    letThrough()
    await vi.advanceTimersByTimeAsync(0)
    expect(knows(nodes.a, client)).toBe(false)
    expect((await ask(nodes.a, client, 'feed')).status).toBe(401)
  })

  test.each(modes)('from the sessions lets nobody in and is not remembered in %s mode', async (mode) => {
    const { nodes, client, sessionId } = await seenAtA(mode)
    lapse(nodes)
    const letThrough = holdBack(nodes.a, () => true)
    const early = ask(nodes.a, client, 'feed')
    expect(await waitFor([{ clock: steps(nodes) }], patienceMs, early)).toEqual(unavailable)
    await nodes.b.auth.sessions.end(sessionId)
    letThrough()
    await vi.advanceTimersByTimeAsync(0)
    nodes.a.store.meddle(null)
    expect(knows(nodes.a, client)).toBe(false)
    expect((await ask(nodes.a, client, 'feed')).status).toBe(401)
  })
})

test('a feed that hangs holds a request up for one second, then the sessions are asked', async () => {
  const { nodes, client } = await seenAtA('token')
  lapse(nodes)
  nodes.a.store.meddle((call) => (isFeed(call.name) ? new Promise(() => undefined) : call.proceed()))
  const asking = ask(nodes.a, client, 'feed')
  expect(await waitFor([{ clock: steps(nodes) }], 1000, asking)).toEqual(passes)
})

const emptyHistory: FeedPage = { at: null, entries: [], head: 0, horizon: 0 }

/** What the feed tells, once or again and again, that has to be followed by a call of that name. */
const followUps = [
  {
    name: 'keys.list',
    page: ({ head, ...page }: FeedPage): FeedPage => {
      const seq = head + 1
      const change = { ...keysChanged('kid'), seq, nonce: 'A'.repeat(11), at: 0, keepUntil: Infinity }
      return { ...page, entries: [change], head: seq }
    },
  },
  { name: 'feed.reassert', page: (): FeedPage => emptyHistory },
]

test.each(followUps)(
  'a $name that hangs while the feed is read holds a request up no longer than the feed itself',
  async ({ name, page }) => {
    const { nodes, client } = await seenAtA('token')
    const other = await nodes.signedIn('session')
    await nodes.b.auth.sessions.end((await other.me()).body.sessionId ?? '')
    lapse(nodes)
    await ask(nodes.a, client, 'feed')
    lapse(nodes)
    nodes.a.store.meddle(async (call) => {
      if (call.name === name) return new Promise(() => undefined)
      const answer = await call.proceed()
      if (call.name !== 'feed.read') return answer
      return { ...answer, value: page(answer.value as FeedPage) }
    })
    const asking = ask(nodes.a, client, 'feed')
    expect(await waitFor([{ clock: steps(nodes) }], 2000, asking)).toEqual(passes)
    expect(nodes.a.store.calls).toContain(name)
  },
)
