// Who watches a session is called once, whatever the others do; who has stopped is not called; who comes late is told.

import { describe, expect, test, vi } from 'vitest'
import { createWorld, type World } from '../../support/auth.js'
import { createGate } from '../../support/meddled-store.js'
import { createTwoNodes } from '../../support/two-nodes.js'
import { background, elapse, holdTime, settle, watchOne } from './watching.js'

holdTime()

describe('listeners', () => {
  test('one that throws is logged and keeps nothing from the others', async () => {
    const nodes = await createTwoNodes()
    const { sessionId, ended } = await watchOne(nodes)
    const after = vi.fn<() => void>()
    nodes.a.auth.onEnd(sessionId, () => {
      throw new Error('A mistake.')
    })
    nodes.a.auth.onEnd(sessionId, after)
    await nodes.a.auth.sessions.end(sessionId)
    expect([ended.mock.calls.length, after.mock.calls.length]).toEqual([1, 1])
    expect(nodes.a.log.map(({ message }) => message)).toEqual(['A listener threw.'])
  })

  test('one that rejects is logged too: it must not end the process', async () => {
    const nodes = await createTwoNodes()
    const { sessionId, ended } = await watchOne(nodes)
    const unhandled = watchUnhandled()
    nodes.a.auth.onEnd(sessionId, async () => Promise.reject(new Error('A mistake.')))
    await nodes.a.auth.sessions.end(sessionId)
    await macrotask()
    expect(unhandled.stop()).toEqual([])
    expect(nodes.a.log.map(({ message }) => message)).toEqual(['A listener threw.'])
    expect(ended).toHaveBeenCalledTimes(1)
  })

  test('are told once, however often the session ends', async () => {
    const nodes = await createTwoNodes(background)
    const { sessionId, ended } = await watchOne(nodes)
    await Promise.all([
      nodes.a.auth.sessions.end(sessionId),
      nodes.b.auth.sessions.end(sessionId),
      nodes.a.auth.users.disable(nodes.userId),
      nodes.b.auth.users.disable(nodes.userId),
      nodes.b.auth.sessions.endEveryone(),
    ])
    await elapse(nodes, 3000)
    expect(ended).toHaveBeenCalledTimes(1)
  })

  test('of one session are all told', async () => {
    const nodes = await createTwoNodes()
    const { sessionId } = await watchOne(nodes)
    const listeners = Array.from({ length: 100 }, () => vi.fn<() => void>())
    for (const listener of listeners) nodes.a.auth.onEnd(sessionId, listener)
    await nodes.a.auth.sessions.end(sessionId)
    expect(listeners.map(({ mock }) => mock.calls.length)).toEqual(listeners.map(() => 1))
  })

  test('given twice are two: the end of one watch is not the end of the other', async () => {
    const nodes = await createTwoNodes()
    const { sessionId } = await watchOne(nodes)
    const closeAll = vi.fn<() => void>()
    const stop = nodes.a.auth.onEnd(sessionId, closeAll)
    nodes.a.auth.onEnd(sessionId, closeAll)
    await settle()
    stop()
    await nodes.a.auth.sessions.end(sessionId)
    expect(closeAll).toHaveBeenCalledTimes(1)
  })

  test('may stop others, and watch again, while they are told', async () => {
    const nodes = await createTwoNodes()
    const { sessionId } = await watchOne(nodes)
    const again = vi.fn<() => void>()
    nodes.a.auth.onEnd(sessionId, () => {
      nodes.a.auth.onEnd(sessionId, again)
    })
    await nodes.a.auth.sessions.end(sessionId)
    await settle()
    expect(again).toHaveBeenCalledTimes(1)
  })
})

describe('stopping', () => {
  test('before the end: nothing is told, nothing is read any more', async () => {
    const nodes = await createTwoNodes({ follow: 'on-demand' })
    const { sessionId, ended, stop } = await watchOne(nodes)
    stop()
    stop()
    nodes.a.store.forget()
    await nodes.b.auth.sessions.end(sessionId)
    await elapse(nodes, 3000)
    expect(ended).not.toHaveBeenCalled()
    expect(nodes.a.store.calls).toEqual([])
  })

  test('before the first read is back: nothing is told, though the session is gone', async () => {
    const nodes = await createTwoNodes()
    const gate = createGate('sessions.find')
    nodes.a.store.meddle(gate.meddler)
    const ended = vi.fn<() => void>()
    const stop = nodes.a.auth.onEnd('A'.repeat(22), ended)
    await gate.reached
    stop()
    gate.open()
    await settle()
    expect(ended).not.toHaveBeenCalled()
  })

  test('in the same breath as watching', async () => {
    const nodes = await createTwoNodes()
    const ended = vi.fn<() => void>()
    nodes.a.auth.onEnd('A'.repeat(22), ended)()
    await settle()
    expect(ended).not.toHaveBeenCalled()
  })

  test('after the end does nothing, not even to a new watch of the same session', async () => {
    const nodes = await createTwoNodes()
    const gate = createGate('sessions.find')
    const { sessionId, ended, stop } = await watchOne(nodes)
    await nodes.a.auth.sessions.end(sessionId)
    nodes.a.store.meddle(gate.meddler)
    const second = vi.fn<() => void>()
    nodes.a.auth.onEnd(sessionId, second)
    await gate.reached
    stop()
    gate.open()
    await settle()
    expect([ended.mock.calls.length, second.mock.calls.length]).toEqual([1, 1])
  })

  test('leaves the other listeners of the session', async () => {
    const nodes = await createTwoNodes()
    const { sessionId, ended, stop } = await watchOne(nodes)
    const other = vi.fn<() => void>()
    nodes.a.auth.onEnd(sessionId, other)
    stop()
    await nodes.a.auth.sessions.end(sessionId)
    expect([ended.mock.calls.length, other.mock.calls.length]).toEqual([0, 1])
  })
})

describe('watching what is over already', () => {
  test.each(['ended', 'unknown', 'no id at all'])(
    '%s: told, never before the call returns',
    async (which) => {
      const nodes = await createTwoNodes()
      const { sessionId } = await watchOne(nodes)
      await nodes.b.auth.sessions.end(sessionId)
      const id = { ended: sessionId, unknown: 'A'.repeat(22), 'no id at all': '' }[which] ?? ''
      const ended = vi.fn<() => void>()
      nodes.a.auth.onEnd(id, ended)
      expect(ended).not.toHaveBeenCalled()
      await settle()
      expect(ended).toHaveBeenCalledTimes(1)
    },
  )
})

describe('before the store is open', () => {
  test('the watch begins when it is', async () => {
    const before = await createWorld()
    const client = await before.signedIn('session')
    const sessionId = (await client.me()).body.sessionId ?? ''
    const world = await createWorld({ store: before.store.source, seed: 'after', empty: true })
    const [ended, stopped] = [vi.fn<() => void>(), vi.fn<() => void>()]
    world.auth.onEnd(sessionId, ended)
    world.auth.onEnd(sessionId, stopped)()
    await world.auth.ready()
    await settle()
    expect(ended).not.toHaveBeenCalled()
    await world.auth.sessions.end(sessionId)
    expect([ended.mock.calls.length, stopped.mock.calls.length]).toEqual([1, 0])
  })

  /** A store that does not open. */
  async function neverOpen(): Promise<World> {
    const before = await createWorld()
    before.store.failToOpen(new Error('No such host.'))
    return createWorld({ store: before.store.source, seed: 'after', empty: true })
  }

  test('which does not open: told, unless stopped', async () => {
    const world = await neverOpen()
    const [ended, stopped] = [vi.fn<() => void>(), vi.fn<() => void>()]
    world.auth.onEnd('A'.repeat(22), ended)
    world.auth.onEnd('A'.repeat(22), stopped)()
    expect(ended).not.toHaveBeenCalled()
    await settle()
    expect([ended.mock.calls.length, stopped.mock.calls.length]).toEqual([1, 0])
  })

  test('which does not open, and the listener throws: logged, the process goes on', async () => {
    const world = await neverOpen()
    const unhandled = watchUnhandled()
    world.auth.onEnd('A'.repeat(22), () => {
      throw new Error('A mistake.')
    })
    await macrotask()
    expect(unhandled.stop()).toEqual([])
    expect(world.log.map(({ message }) => message)).toContain('A listener threw.')
  })

  test('or after it was closed: told', async () => {
    const world = await createWorld()
    await world.auth.close()
    const ended = vi.fn<() => void>()
    world.auth.onEnd('A'.repeat(22), ended)
    await settle()
    expect(ended).toHaveBeenCalledTimes(1)
  })
})

/** Rejections that nobody handles; the runner's own listeners would fail the run. */
function watchUnhandled(): { stop(): readonly unknown[] } {
  const seen: unknown[] = []
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => seen.push(reason))
  return {
    stop() {
      process.removeAllListeners('unhandledRejection')
      for (const other of others) process.on('unhandledRejection', other)
      return seen
    },
  }
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}
