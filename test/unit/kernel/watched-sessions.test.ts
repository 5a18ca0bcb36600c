// What is held open for a session is told of its end, once, whatever ends it; and of nobody else's.

import { describe, expect, test, vi } from 'vitest'
import { nextPassword, password } from '../../support/auth.js'
import { createGate } from '../../support/meddled-store.js'
import { createTwoNodes, type TwoNodes } from '../../support/two-nodes.js'
import {
  background,
  comeBack,
  elapse,
  failing,
  hanging,
  holdTime,
  settle,
  type Watch,
  watchOne,
} from './watching.js'

holdTime()

interface Ending {
  readonly how: string
  end(nodes: TwoNodes, watch: Watch, where: 'a' | 'b'): Promise<unknown>
}

const endings: readonly Ending[] = [
  {
    how: 'the user signs out',
    end: (nodes, { client }, where) =>
      where === 'a' ? nodes.atA(client.held).logout() : client.copy().logout(),
  },
  {
    how: 'the session is ended',
    end: (nodes, { sessionId }, where) => nodes[where].auth.sessions.end(sessionId),
  },
  {
    how: 'all sessions of the user are ended',
    end: (nodes, _watch, where) => nodes[where].auth.sessions.endAll(nodes.userId),
  },
  {
    how: 'all but another one are ended',
    end: async (nodes, _watch, where) => {
      const other = (await (await nodes.signedIn('session')).me()).body.sessionId ?? ''
      return nodes[where].auth.sessions.endAll(nodes.userId, { except: other })
    },
  },
  {
    how: 'the user is disabled',
    end: (nodes, _watch, where) => nodes[where].auth.users.disable(nodes.userId),
  },
  {
    how: 'the password is changed by another session',
    end: async (nodes, _watch, where) => {
      const other = await nodes.signedIn('session')
      const there = where === 'a' ? nodes.atA(other.held) : other
      return there.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })
    },
  },
  { how: 'everyone is ended', end: (nodes, _watch, where) => nodes[where].auth.sessions.endEveryone() },
]

describe.each(endings)('when $how', ({ end }) => {
  test('here, it is told at once', async () => {
    const nodes = await createTwoNodes()
    const watch = await watchOne(nodes)
    await end(nodes, watch, 'a')
    await settle()
    expect(watch.ended).toHaveBeenCalledTimes(1)
  })

  test('elsewhere, it is told within a second, and once', async () => {
    const nodes = await createTwoNodes(background)
    const watch = await watchOne(nodes)
    await end(nodes, watch, 'b')
    await elapse(nodes, 1000)
    expect(watch.ended).toHaveBeenCalledTimes(1)
    await elapse(nodes, 2000)
    expect(watch.ended).toHaveBeenCalledTimes(1)
  })

  test('elsewhere and the feed cannot be read, a read of the session tells', async () => {
    const nodes = await createTwoNodes(background)
    const watch = await watchOne(nodes)
    nodes.a.store.meddle(failing('feed.'))
    await end(nodes, watch, 'b')
    await elapse(nodes, 2000)
    expect(watch.ended).toHaveBeenCalledTimes(1)
  })

  test('elsewhere and nothing else asks for the feed, it is told all the same', async () => {
    const nodes = await createTwoNodes({ follow: 'on-demand' })
    const watch = await watchOne(nodes)
    await end(nodes, watch, 'b')
    await elapse(nodes, 2000)
    expect(watch.ended).toHaveBeenCalledTimes(1)
  })

  test('while the session is being read for the first time, the answer from before does not save it', async () => {
    const nodes = await createTwoNodes(background)
    const client = await nodes.signedIn('session')
    const sessionId = (await client.me()).body.sessionId ?? ''
    const gate = createGate('sessions.find')
    nodes.a.store.meddle(async (call) => {
      const answer = await call.proceed()
      await gate.meddler({ ...call, proceed: async () => ({ value: null, now: 0 }) })
      return answer
    })
    const ended = vi.fn<() => void>()
    const stop = nodes.a.auth.onEnd(sessionId, ended)
    await gate.reached
    await end(nodes, { client, sessionId, ended, stop }, 'b')
    await elapse(nodes, 100)
    gate.open()
    await elapse(nodes, 900)
    expect(ended).toHaveBeenCalledTimes(1)
  })
})

describe('what stays open', () => {
  test.each(['a', 'b'] as const)('the session that changed the password (at %s)', async (where) => {
    const nodes = await createTwoNodes(background)
    const { client, ended } = await watchOne(nodes)
    const other = await watchOne(nodes)
    const there = where === 'a' ? nodes.atA(client.held) : client
    const json = { current: password, next: nextPassword }
    expect((await there.send('POST', '/auth/password', { json })).status).toBe(204)
    await elapse(nodes, 2000)
    expect([ended.mock.calls.length, other.ended.mock.calls.length]).toEqual([0, 1])
  })

  test.each(['a', 'b'] as const)('the session that ended all others (at %s)', async (where) => {
    const nodes = await createTwoNodes(background)
    const { sessionId, ended } = await watchOne(nodes)
    const others = [await watchOne(nodes), await watchOne(nodes)]
    await nodes[where].auth.sessions.endAll(nodes.userId, { except: sessionId })
    await elapse(nodes, 2000)
    expect(ended).not.toHaveBeenCalled()
    expect(others.map((other) => other.ended.mock.calls.length)).toEqual([1, 1])
  })

  test('a session whose user has new roles, or which was refreshed, exchanged or proven anew', async () => {
    const nodes = await createTwoNodes(background)
    const { client, ended } = await watchOne(nodes)
    await nodes.b.setRoles(nodes.userId, ['boss'])
    expect((await client.reauthenticate(password)).status).toBe(200)
    expect((await client.exchange('token')).status).toBe(200)
    await elapse(nodes, 11_000)
    expect((await client.refresh()).status).toBe(200)
    await elapse(nodes, 2000)
    expect(ended).not.toHaveBeenCalled()
  })

  test('everybody else’s', async () => {
    const nodes = await createTwoNodes(background)
    const { ended } = await watchOne(nodes)
    const grace = await nodes.b.addUser('grace')
    const hers = await nodes.b.signedIn('session', 'grace')
    await nodes.b.auth.sessions.end((await hers.me()).body.sessionId ?? '')
    await nodes.b.auth.users.disable(grace)
    await elapse(nodes, 2000)
    expect(ended).not.toHaveBeenCalled()
  })

  test('a live session while the feed cannot be read, fast or slowly', async () => {
    for (const meddler of [failing('feed.'), hanging('feed.')]) {
      const nodes = await createTwoNodes(background)
      const { ended } = await watchOne(nodes)
      nodes.a.store.meddle(meddler)
      await elapse(nodes, 6000)
      expect(ended).not.toHaveBeenCalled()
      await comeBack(nodes)
    }
  })

  test('everything, through an outage that is shorter than the lease', async () => {
    const nodes = await createTwoNodes(background)
    const { ended } = await watchOne(nodes)
    nodes.a.store.meddle(failing(''))
    await elapse(nodes, 900)
    nodes.a.store.meddle(null)
    await elapse(nodes, 3000)
    expect(ended).not.toHaveBeenCalled()
  })
})
