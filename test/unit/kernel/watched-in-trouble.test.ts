// What is held open ends with time, and when nobody can tell any more whether its session is live; however many there are.

import { describe, expect, test } from 'vitest'
import { createTwoNodes, type TwoNodes } from '../../support/two-nodes.js'
import { background, comeBack, elapse, failing, hanging, holdTime, settle, watchOne } from './watching.js'

holdTime()

const minute = 60_000

describe('time', () => {
  const short = { follow: 'on-demand', sessions: { idle: '1h', absolute: '90m' } } as const

  test('a session that nobody uses ends by idleness, within a second of its hour', async () => {
    const nodes = await createTwoNodes(short)
    const { ended } = await watchOne(nodes)
    nodes.pass(60 * minute - 1000)
    await elapse(nodes, 950)
    expect(ended).not.toHaveBeenCalled()
    await elapse(nodes, 1050)
    expect(ended).toHaveBeenCalledTimes(1)
  })

  test('one that is used elsewhere stays open until its absolute end', async () => {
    const nodes = await createTwoNodes(short)
    const { client, ended } = await watchOne(nodes)
    nodes.pass(50 * minute)
    expect((await client.me()).status).toBe(200)
    await settle()
    nodes.pass(40 * minute - 1000)
    await elapse(nodes, 950)
    expect(ended).not.toHaveBeenCalled()
    await elapse(nodes, 1050)
    expect(ended).toHaveBeenCalledTimes(1)
  })

  test.each([3_600_000, -3_600_000])('this machine’s clock, set by %i ms, ends nothing', async (step) => {
    const nodes = await createTwoNodes(background)
    const { ended } = await watchOne(nodes)
    nodes.a.clock.setWall(nodes.a.clock.now() + step)
    await elapse(nodes, 2000)
    expect(ended).not.toHaveBeenCalled()
  })
})

describe('when nobody can tell any more', () => {
  test.each([
    ['fails', failing('')],
    ['hangs', hanging('')],
  ])('because the store %s, what is open is closed', async (_how, meddler) => {
    const nodes = await createTwoNodes({ follow: 'on-demand' })
    const { ended } = await watchOne(nodes)
    nodes.a.store.meddle(meddler)
    await elapse(nodes, 6000)
    expect(ended).toHaveBeenCalledTimes(1)
    await comeBack(nodes)
  })

  test('the sessions fail but the feed is followed: nothing has ended', async () => {
    const nodes = await createTwoNodes(background)
    const { ended } = await watchOne(nodes)
    nodes.a.store.meddle(failing('sessions.'))
    await elapse(nodes, 3000)
    expect(ended).not.toHaveBeenCalled()
  })

  test('the user changes and the session cannot be read: it is closed', async () => {
    const nodes = await createTwoNodes(background)
    const { ended } = await watchOne(nodes)
    nodes.a.store.meddle(failing('sessions.'))
    await nodes.b.setRoles(nodes.userId, ['boss'])
    await elapse(nodes, 1000)
    expect(ended).toHaveBeenCalledTimes(1)
  })

  test('it is said in the log', async () => {
    const nodes = await createTwoNodes(background)
    const { sessionId } = await watchOne(nodes)
    nodes.a.store.meddle(failing(''))
    await elapse(nodes, 2000)
    expect(nodes.a.log.filter(({ fields }) => fields['sessionId'] === sessionId)).toHaveLength(1)
  })
})

describe('after a failover', () => {
  /** The store's feed begins anew, as that of a copy that never had an entry. */
  function failOver(nodes: TwoNodes, lost: readonly string[]): void {
    let told = false
    nodes.a.store.meddle(async (call) => {
      const answer = await call.proceed()
      if (call.name === 'sessions.find' && lost.includes(String(call.args[0])))
        return { ...answer, value: null }
      if (call.name !== 'feed.read' || told) return answer
      told = true
      return { ...answer, value: { at: null, entries: [], head: 0, horizon: 0 } }
    })
  }

  test('sessions that the new primary does not have are ended, the others stay open', async () => {
    const nodes = await createTwoNodes(background)
    const [lost, kept] = [await watchOne(nodes), await watchOne(nodes)]
    failOver(nodes, [lost.sessionId])
    await elapse(nodes, 1000)
    expect([lost.ended.mock.calls.length, kept.ended.mock.calls.length]).toEqual([1, 0])
    await nodes.b.auth.sessions.end(kept.sessionId)
    await elapse(nodes, 1000)
    expect([lost.ended.mock.calls.length, kept.ended.mock.calls.length]).toEqual([1, 1])
  })
})

describe('many', () => {
  /** Ten thousand sessions of Ada, watched at `a`. */
  async function watchMany(nodes: TwoNodes): Promise<readonly Watched[]> {
    const { sessionId: first } = await nodes.b.auth.sessions.start({ userId: nodes.userId })
    const { sessions } = nodes.b.store.opened()
    const { value } = await sessions.find(first)
    if (value === null) throw new Error('It has just begun.')
    const watches: Watched[] = []
    for (let index = 0; index < 10_000; index++) {
      const id = `${index}`.padStart(5, '0').padEnd(22, 'A')
      await sessions.create({ ...value.session, id })
      const watch = { sessionId: id, told: 0 }
      nodes.a.auth.onEnd(id, () => {
        watch.told++
      })
      watches.push(watch)
    }
    await settle()
    nodes.a.store.forget()
    return watches
  }

  test('ten thousand watched and one ends: that one is told, no session is read', async () => {
    const nodes = await createTwoNodes(background)
    const watches = await watchMany(nodes)
    await nodes.b.auth.sessions.end(watches[4711]?.sessionId ?? '')
    await elapse(nodes, 1000)
    expect(watches.flatMap(({ told }, index) => (told === 0 ? [] : [[index, told]]))).toEqual([[4711, 1]])
    expect(nodes.a.store.calls.filter((name) => !name.startsWith('feed.'))).toEqual([])
  })

  test('ten thousand of one user, all ended: each is told once, read at most a hundred at a time', async () => {
    const nodes = await createTwoNodes(background)
    const watches = await watchMany(nodes)
    let [atOnce, most] = [0, 0]
    nodes.a.store.meddle(async (call) => {
      if (call.name !== 'sessions.find') return call.proceed()
      most = Math.max(most, ++atOnce)
      try {
        return await call.proceed()
      } finally {
        atOnce--
      }
    })
    await nodes.b.auth.sessions.endAll(nodes.userId)
    await elapse(nodes, 1000)
    expect(watches.filter(({ told }) => told === 1)).toHaveLength(10_000)
    expect(most).toBeLessThanOrEqual(100)
  })
})

interface Watched {
  readonly sessionId: string
  told: number
}
