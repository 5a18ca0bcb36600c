// Data beside a session: no change is lost, none is too large, and all of it goes with the session.

import { describe, expect, test } from 'vitest'
import type { Json } from '../../../packages/sessera/src/domain/json.js'
import { atOnce, setUps, type World } from '../../support/auth.js'

const increment = (data: Json): Json => (typeof data === 'number' ? data + 1 : 1)

async function sessionOf(world: World): Promise<string> {
  return (await (await world.signedIn('session')).me()).body.sessionId ?? ''
}

describe.each(setUps)('on $name', ({ create }) => {
  test('sixteen increments at once sum up', async () => {
    const world = await create()
    const id = await sessionOf(world)
    expect(await world.auth.sessions.readData(id)).toBeNull()
    const results = await atOnce(16, () => world.auth.sessions.updateData(id, increment))
    expect(await world.auth.sessions.readData(id)).toBe(16)
    expect(new Set(results).size).toBe(16)
  })

  test('16 KiB of JSON are the limit, and one byte more changes nothing', async () => {
    const world = await create()
    const id = await sessionOf(world)
    const most = 'x'.repeat(16 * 1024 - 2)
    await world.auth.sessions.updateData(id, () => most)
    await expect(world.auth.sessions.updateData(id, () => `${most}x`)).rejects.toMatchObject({
      code: 'payload_too_large',
    })
    await expect(world.auth.sessions.updateData(id, () => 'ä'.repeat(8192))).rejects.toMatchObject({
      code: 'payload_too_large',
    })
    expect(await world.auth.sessions.readData(id)).toBe(most)
  })

  test('belongs to one session and goes with it', async () => {
    const world = await create()
    const [one, other] = [await sessionOf(world), await sessionOf(world)]
    await world.auth.sessions.updateData(one, () => ({ __proto: 'no', list: [1, null, 'ä'] }))
    expect(await world.auth.sessions.readData(other)).toBeNull()
    await world.auth.sessions.end(one)
    await expect(world.auth.sessions.readData(one)).rejects.toMatchObject({ code: 'not_found' })
    await expect(world.auth.sessions.updateData(one, () => 1)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a change that throws changes nothing, and a race that never ends is a conflict', async () => {
    const world = await create()
    const id = await sessionOf(world)
    await world.auth.sessions.updateData(id, () => 1)
    const fail = (): never => {
      throw new Error('No.')
    }
    await expect(world.auth.sessions.updateData(id, fail)).rejects.toThrow('No.')
    world.store.meddle(async (call) => {
      const answer = await call.proceed()
      return call.name === 'sessions.writeData' ? { ...answer, value: false } : answer
    })
    await expect(world.auth.sessions.updateData(id, (data) => data)).rejects.toMatchObject({
      code: 'conflict',
    })
    world.store.meddle(null)
    expect(await world.auth.sessions.readData(id)).toBe(1)
  })
})
