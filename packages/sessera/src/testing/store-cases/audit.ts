// The record of who did what: in one order, all of a batch or none, and read on from wherever one was.

import assert from 'node:assert/strict'
import { type AuditEvent, auditNames, type RecordedEvent } from '../../domain/audit.js'
import type { AuditQuery, Store } from '../../ports/store.js'
import { atOnce, crowd, type StoreCase, storeCase } from './case.js'
import { auditEvent, spellings } from './records.js'

const everything: AuditQuery = {
  order: 'oldest',
  after: null,
  limit: 1000,
  userId: null,
  name: null,
  since: null,
  until: null,
}

/** All pages of it. */
async function read(store: Store, query: Partial<AuditQuery> = {}): Promise<readonly RecordedEvent[]> {
  const found: RecordedEvent[] = []
  const asked = { ...everything, ...query }
  for (let after = asked.after; ; ) {
    const { value: page } = await store.audit.list({ ...asked, after })
    assert(page.length <= asked.limit)
    found.push(...page)
    const last = page.at(-1)
    if (last === undefined) return found
    after = last.seq
  }
}

async function causes(store: Store, query: Partial<AuditQuery> = {}): Promise<readonly (string | null)[]> {
  return (await read(store, query)).map(({ cause }) => cause)
}

function withoutSeq({ seq: _, ...event }: RecordedEvent): AuditEvent {
  return event
}

/** Five lines: who, to whom, what, when; `cause` is their number. */
async function fill(store: Store): Promise<void> {
  const lines: readonly Partial<AuditEvent>[] = [
    { actorId: 'ada', userId: 'bob', name: 'user_disabled', at: 10 },
    { actorId: 'bob', userId: 'bob', name: 'authn_login_success', at: 30 },
    { actorId: null, userId: null, name: 'authn_login_fail', at: 20 },
    { actorId: 'cli', userId: 'ada', name: 'user_disabled', at: 40 },
    { actorId: 'bob', userId: 'eve', name: 'user_enabled', at: 40 },
  ]
  await store.audit.append(lines.map((line, index) => auditEvent({ ...line, cause: String(index + 1) })))
}

export const auditCases: readonly StoreCase[] = [
  storeCase('audit.append keeps every field, in the order given', async ({ store }) => {
    const empty = {
      actorId: null,
      userId: null,
      sessionId: null,
      ip: null,
      userAgent: null,
      requestId: null,
      cause: null,
    }
    const events = [auditEvent(), auditEvent(empty), ...auditNames.map((name) => auditEvent({ name }))]
    assert.equal((await store.audit.append(events)).value, undefined)
    const found = await read(store)
    assert.deepEqual(found.map(withoutSeq), events)
    const numbers = found.map(({ seq }) => seq)
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    )
    assert(numbers.every(Number.isSafeInteger))
  }),
  storeCase('audit.append of nothing, and audit.list of nothing', async ({ store }) => {
    assert.deepEqual(await read(store), [])
    await store.audit.append([])
    assert.deepEqual(await read(store), [])
  }),
  storeCase('audit.append adds all or none', async ({ store }) => {
    const cut = auditEvent({ cause: 'cut\0here' })
    const [appended] = await Promise.allSettled([store.audit.append([auditEvent(), cut, auditEvent()])])
    assert.equal((await read(store)).length, appended?.status === 'fulfilled' ? 3 : 0)
  }),
  storeCase('audit: texts come back byte for byte', async ({ store }) => {
    const events = spellings.map((text) =>
      auditEvent({ actorId: text, userId: text, userAgent: text, cause: text, requestId: text }),
    )
    await store.audit.append(events)
    assert.deepEqual((await read(store)).map(withoutSeq), events)
    for (const [index, userId] of spellings.entries()) {
      assert.deepEqual((await read(store, { userId })).map(withoutSeq), events.slice(index, index + 1))
    }
  }),
  storeCase('audit.list reads from either end, page by page', async ({ store }) => {
    await fill(store)
    for (const limit of [1, 2, 3, 5, 6]) {
      assert.deepEqual(await causes(store, { limit }), ['1', '2', '3', '4', '5'])
      assert.deepEqual(await causes(store, { limit, order: 'newest' }), ['5', '4', '3', '2', '1'])
      assert.deepEqual(await causes(store, { limit, userId: 'bob', order: 'newest' }), ['5', '2', '1'])
    }
  }),
  storeCase('audit.list by who did it or had it done to them, each line once', async ({ store }) => {
    await fill(store)
    assert.deepEqual(await causes(store, { userId: 'bob' }), ['1', '2', '5'])
    assert.deepEqual(await causes(store, { userId: 'ada' }), ['1', '4'])
    assert.deepEqual(await causes(store, { userId: 'eve' }), ['5'])
    assert.deepEqual(await causes(store, { userId: 'Bob' }), [])
    for (const userId of ['null', '', 'bo\0b', '\ud800'])
      assert.deepEqual(await causes(store, { userId }), [])
  }),
  storeCase('audit.list by name and by time, alone and together', async ({ store }) => {
    await fill(store)
    assert.deepEqual(await causes(store, { name: 'user_disabled' }), ['1', '4'])
    assert.deepEqual(await causes(store, { name: 'user_deleted' }), [])
    assert.deepEqual(await causes(store, { since: 20 }), ['2', '3', '4', '5'])
    assert.deepEqual(await causes(store, { until: 20 }), ['1'])
    assert.deepEqual(await causes(store, { since: 20, until: 40 }), ['2', '3'])
    assert.deepEqual(await causes(store, { since: 20, until: 40, order: 'newest', limit: 1 }), ['3', '2'])
    assert.deepEqual(await causes(store, { since: 40, until: 40 }), [])
    assert.deepEqual(await causes(store, { userId: 'bob', name: 'user_disabled' }), ['1'])
    assert.deepEqual(await causes(store, { userId: 'bob', since: 11, until: 40 }), ['2'])
    assert.deepEqual(await causes(store, { userId: 'bob', name: 'user_enabled', since: 40 }), ['5'])
  }),
  storeCase('audit.append of many at once: each batch stays together, and none is lost', async (trial) => {
    await atOnce(trial, (store, index) =>
      store.audit.append(['a', 'b', 'c'].map((part) => auditEvent({ cause: `${index} ${part}` }))),
    )
    const found = await read(trial.store, { limit: 7 })
    assert.equal(found.length, 3 * crowd)
    for (let start = 0; start < found.length; start += 3) {
      const batch = found.slice(start, start + 3).map(({ cause }) => cause?.split(' '))
      assert.deepEqual(
        batch.map((parts) => parts?.[1]),
        ['a', 'b', 'c'],
      )
      assert.equal(new Set(batch.map((parts) => parts?.[0])).size, 1)
    }
  }),
  storeCase('audit: whoever reads on while many write misses no line', async (trial) => {
    const reader = await trial.open()
    const found: RecordedEvent[] = []
    const writing = atOnce(trial, async (store, index) => {
      for (let line = 0; line < 9; line += 1) {
        await store.audit.append([auditEvent({ cause: `${index} ${line}` })])
      }
      return store.audit.append([auditEvent({ cause: `${index} last` })])
    })
    while (found.length < 10 * crowd) {
      const after = found.at(-1)?.seq ?? null
      found.push(...(await reader.audit.list({ ...everything, after })).value)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writing
    assert.equal(new Set(found.map(({ cause }) => cause)).size, 10 * crowd)
  }),
  storeCase(
    'audit.removeBefore removes what happened before, and no number comes again',
    async ({ store }) => {
      await fill(store)
      assert.equal((await store.audit.removeBefore(10)).value, 0)
      assert.equal((await store.audit.removeBefore(30)).value, 2)
      assert.deepEqual(await causes(store), ['2', '4', '5'])
      const last = (await read(store)).at(-1)?.seq ?? 0
      assert.equal((await store.audit.removeBefore(41)).value, 3)
      await store.audit.append([auditEvent()])
      const [next, ...others] = await read(store)
      assert(next !== undefined && next.seq > last && others.length === 0)
    },
  ),
]
