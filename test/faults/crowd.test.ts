// Many requests at once while the lease has lapsed: one read of the feed for all, one of each session, and no more.

import { describe, expect, test } from 'vitest'
import { modes } from '../../packages/sessera/src/domain/principal.js'
import { atOnce, tally } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { createTwoNodes, type TwoNodes } from '../support/two-nodes.js'
import { ask, passes, unavailable } from './faults.js'

/** Six sessions, two in each mode, held by clients of `a`, which has seen them all; then a second and more passes. */
async function crowd(): Promise<{ nodes: TwoNodes; clients: readonly Client[] }> {
  const nodes = await createTwoNodes()
  const clients: Client[] = []
  for (const mode of [...modes, ...modes]) clients.push(nodes.atA((await nodes.signedIn(mode)).held))
  for (const client of clients) await client.me()
  nodes.pass(1001)
  nodes.a.store.forget()
  return { nodes, clients }
}

const clientAt = (clients: readonly Client[], index: number): Client => {
  const client = clients[index % clients.length]
  if (client === undefined) throw new Error('There are six.')
  return client.copy()
}

const statuses = (replies: readonly { readonly status: number }[]): object =>
  tally(replies.map(({ status }) => status))

test('with all well: one read of the feed, and nothing else', async () => {
  const { nodes, clients } = await crowd()
  const replies = await atOnce(600, (index) => clientAt(clients, index).me())
  expect(statuses(replies)).toEqual({ 200: 600 })
  expect(nodes.a.store.calls).toEqual(['feed.read'])
})

test('with the feed down: one read of it, one of each session', async () => {
  const { nodes, clients } = await crowd()
  nodes.a.store.meddle((call) =>
    call.name.startsWith('feed.') ? Promise.reject(new Error('Gone.')) : call.proceed(),
  )
  const replies = await atOnce(600, (index) => clientAt(clients, index).me())
  expect(statuses(replies)).toEqual({ 200: 600 })
  expect(tally(nodes.a.store.calls)).toEqual({ 'feed.read': 1, 'sessions.find': 6 })
})

test('with the store down: one read of the feed, one of each session, 503 for all', async () => {
  const { nodes, clients } = await crowd()
  nodes.a.store.meddle(() => Promise.reject(new Error('Gone.')))
  const replies = await atOnce(600, (index) => clientAt(clients, index).me())
  expect(statuses(replies)).toEqual({ 503: 600 })
  expect(tally(replies.map(({ headers }) => headers.get('retry-after')))).toEqual({ 1: 600 })
  expect(tally(nodes.a.store.calls)).toEqual({ 'feed.read': 1, 'sessions.find': 6 })
  nodes.a.store.meddle(null)
  expect(statuses(await atOnce(600, (index) => clientAt(clients, index).me()))).toEqual({ 200: 600 })
})

test('with one session among them that has ended: it alone is refused', async () => {
  const { nodes, clients } = await crowd()
  const { sessionId } = (await clientAt(clients, 0).me()).body
  await nodes.b.auth.sessions.end(sessionId ?? '')
  for (const part of ['nothing', 'feed.']) {
    nodes.pass(1001)
    nodes.a.store.meddle((call) =>
      call.name.startsWith(part) ? Promise.reject(new Error('Gone.')) : call.proceed(),
    )
    const replies = await atOnce(600, (index) => clientAt(clients, index).me())
    const indexes = replies.flatMap(({ status }, index) => (status === 401 ? [index % clients.length] : []))
    expect(statuses(replies)).toEqual({ 200: 500, 401: 100 })
    expect(new Set(indexes)).toEqual(new Set([0]))
  }
})

describe('level store', () => {
  test.each(modes)('in %s mode never shares a read, least of all one begun before it asked', async (mode) => {
    const nodes = await createTwoNodes()
    const client = nodes.atA((await nodes.signedIn(mode)).held)
    const sessionId = (await client.me()).body.sessionId ?? ''
    nodes.pass(1001)
    nodes.a.store.forget()
    let letThrough = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      letThrough = resolve
    })
    let arrive = (): void => undefined
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve
    })
    // The first read of the session is answered, and the answer waits.
    nodes.a.store.meddle(async (call) => {
      if (call.name.startsWith('feed.')) throw new Error('Gone.')
      const isFirst = call.name === 'sessions.find' && !nodes.a.store.calls.slice(0, -1).includes(call.name)
      const answer = await call.proceed()
      if (!isFirst) return answer
      arrive()
      await opened
      return answer
    })
    const shared = ask(nodes.a, client, 'feed')
    await arrived
    await nodes.b.auth.sessions.end(sessionId)
    const strict = await Promise.all([ask(nodes.a, client, 'store'), ask(nodes.a, client, 'store')])
    expect(strict.map(({ status }) => status)).toEqual([401, 401])
    expect(nodes.a.store.calls.filter((name) => name === 'sessions.find')).toHaveLength(3)
    letThrough()
    expect((await shared).status).toBe(200)
    expect((await ask(nodes.a, client, 'feed')).status).toBe(401)
  })
})

test('five thousand sessions are read at once, the next is turned away; then all pass', async () => {
  const nodes = await createTwoNodes()
  // No user may have so many.
  const users = await atOnce(51, (index) => nodes.b.addUser(`user ${index}`))
  const started = await atOnce(5001, (index) =>
    nodes.b.auth.sessions.start({ userId: users[index % users.length] ?? '', mode: 'token' }),
  )
  const holders = started.map(({ tokens }) =>
    nodes.atA({ cookies: {}, accessToken: tokens?.access_token ?? null, refreshToken: null }),
  )
  nodes.pass(1001)
  let letThrough = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    letThrough = resolve
  })
  nodes.a.store.meddle(async (call) => {
    if (call.name.startsWith('feed.')) throw new Error('Gone.')
    if (call.name === 'sessions.find') await opened
    return call.proceed()
  })
  nodes.a.store.forget()
  const asking = holders.map((holder) => ask(nodes.a, holder, 'feed'))
  const late = await Promise.race(asking)
  expect(late).toEqual(unavailable)
  // Who joins a read that is under way is no burden.
  const [first] = holders
  if (first === undefined) throw new Error('There are five thousand.')
  asking.push(ask(nodes.a, first, 'feed'))
  await new Promise((resolve) => setImmediate(resolve))
  letThrough()
  expect(statuses(await Promise.all(asking))).toEqual({ 200: 5001, 503: 1 })
  expect(nodes.a.store.calls.filter((name) => name === 'sessions.find')).toHaveLength(5000)
  const turnedAway = holders[(await Promise.all(asking)).findIndex(({ status }) => status === 503)]
  expect(turnedAway === undefined ? null : await ask(nodes.a, turnedAway, 'feed')).toEqual(passes)
})
