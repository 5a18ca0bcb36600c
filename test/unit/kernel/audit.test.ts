// What becomes of sessions and passwords is on record: one thing one line, who, to whom, from where, why.

import { describe, expect, it, test } from 'vitest'
import type { AuditEvent } from '../../../packages/sessera/src/domain/audit.js'
import { coreOf } from '../../../packages/sessera/src/http/core.js'
import { cleanUp } from '../../../packages/sessera/src/kernel/clean-up.js'
import type { StoreMeans } from '../../../packages/sessera/src/ports/store.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import {
  atOnce,
  createWorld,
  nextPassword,
  password,
  setUps,
  type World,
  type WorldOptions,
} from '../../support/auth.js'

/** What is told of from now on, but of the beginning of sessions. */
function listen(world: World): AuditEvent[] {
  const lines: AuditEvent[] = []
  world.auth.on('audited', (event) => {
    if (event.name !== 'authn_login_success' && event.name !== 'session_created') lines.push(event)
  })
  return lines
}

const brief = ({ name, cause }: AuditEvent): string => (cause === null ? name : `${name} ${cause}`)

describe.each(setUps)('on $name', ({ create }) => {
  test('each way in which sessions end is one line, however many they are', async () => {
    const world = await create()
    const lines = listen(world)
    const client = await world.signedIn('session')
    const { id = '', sessionId } = (await client.me()).body
    await (await world.signedIn('token')).logout()
    await client.login('ada', password)
    for (let i = 0; i < 50; i++) await world.auth.sessions.start({ userId: id })
    await client.send('DELETE', '/auth/sessions')
    const [other] = await atOnce(1, () => world.auth.sessions.start({ userId: id }))
    await client.send('DELETE', `/auth/sessions/${other?.sessionId}`)
    await world.auth.sessions.endAll(id)
    await world.auth.sessions.endAll('nobody')
    await world.auth.sessions.end('gone')
    await world.auth.sessions.endEveryone()

    expect(lines.map(brief)).toEqual([
      'session_ended signed_out',
      'session_ended replaced',
      'sessions_ended_all 50',
      'session_ended ended_by_user',
      'sessions_ended_all 1',
      'sessions_ended_everyone',
    ])
    expect(lines[1]).toMatchObject({ actorId: id, userId: id, sessionId })
    expect(lines[2]).toMatchObject({ actorId: id, userId: id, sessionId: null })
    expect(lines[4]).toMatchObject({ actorId: null, userId: id })
    expect(lines[5]).toMatchObject({ actorId: null, userId: null })
  })

  test('a change of password, and every refusal of one', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    await world.signedIn('token')
    const { id, sessionId } = (await client.me()).body
    const lines = listen(world)
    const change = (current: string, next: string): Promise<unknown> =>
      client.send('POST', '/auth/password', { json: { current, next } })
    await change('not this one at all', nextPassword)
    await change(password, 'short')
    await change(password, nextPassword)
    expect(lines.map(brief)).toEqual([
      'authn_password_change_fail invalid_credentials',
      'authn_password_change_fail password_unacceptable',
      'authn_password_change',
    ])
    for (const line of lines) expect(line).toMatchObject({ actorId: id, userId: id, sessionId })
  })

  test('an exchange of mode', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const { id, sessionId } = (await client.me()).body
    const lines = listen(world)
    await client.exchange('token')
    expect(lines.map(brief)).toEqual(['session_exchanged token'])
    expect(lines[0]).toMatchObject({ actorId: id, userId: id, sessionId })
  })

  test('the theft of a refresh token, once for many thieves, by nobody who is known', async () => {
    const world = await create()
    const client = await world.signedIn('token')
    const { id, sessionId } = (await client.me()).body
    const thief = client.copy()
    await client.refresh()
    world.clock.advance(11_000)
    await client.refresh()
    world.clock.advance(11_000)
    const lines = listen(world)
    await atOnce(16, () => thief.copy().refresh())
    expect(lines.map(brief)).toEqual(['authn_token_reuse theft'])
    expect(lines[0]).toMatchObject({ actorId: null, userId: id, sessionId })
  })

  test('what a user who is known may not do', async () => {
    const world = await create()
    const client = await world.signedIn('session')
    const { id, sessionId } = (await client.me()).body
    const lines = listen(world)
    for (const demands of [{ roles: ['boss'] }, { roles: ['boss'], check: 'store' as const }, {}]) {
      await world.auth.authenticate(client.headers(), demands, { method: 'GET' }).catch(() => undefined)
    }
    expect(() => world.auth.check(client.cookie('session') ?? '', { roles: ['boss'] })).toThrow()
    expect(lines.map(brief)).toEqual(['authz_fail forbidden', 'authz_fail forbidden', 'authz_fail forbidden'])
    for (const line of lines) expect(line).toMatchObject({ actorId: id, sessionId })
  })
})

describe('where it came from', () => {
  test('address, program and request are those of the request', async () => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    const lines = listen(world)
    const { headers } = await client.send('POST', '/auth/logout', {
      headers: { 'user-agent': 'Browser/1\u00a0(\u0085x)' },
    })
    expect(lines).toMatchObject([{ name: 'session_ended', ip: null, userAgent: 'Browser/1\u00a0( x)' }])
    expect(lines[0]?.requestId).toBe(headers.get('x-request-id'))
  })

  test('of two hundred requests at once, each line says its own', async () => {
    const world = await createWorld({ sessions: { perUser: 1000 } })
    const { id = '' } = (await (await world.signedIn('session')).me()).body
    const clients = await atOnce(200, async () => {
      const { setCookies } = await world.auth.sessions.start({ userId: id })
      return setCookies.find((cookie) => cookie.includes('sessera-session='))?.split(';', 1)[0] ?? ''
    })
    const lines = listen(world)
    const expected = await atOnce(200, async (index) => {
      const request = new Request('https://app.example/auth/logout', {
        method: 'POST',
        headers: { cookie: clients[index] ?? '', 'user-agent': `Browser/${index}` },
      })
      const { headers } = await world.auth.fetch(request, { ip: `192.0.2.${index}` })
      return [headers.get('x-request-id'), `192.0.2.${index}`, `Browser/${index}`]
    })
    expect(new Set(lines.map(({ requestId, ip, userAgent }) => `${requestId} ${ip} ${userAgent}`))).toEqual(
      new Set(expected.map((parts) => parts.join(' '))),
    )
    expect(lines).toHaveLength(200)
  })
})

describe('the store', () => {
  const all = { after: null, limit: 1000, userId: null, name: null, since: null, until: null }
  const stored = async (world: World): Promise<readonly AuditEvent[]> =>
    (await world.store.opened().audit.list({ order: 'oldest', ...all })).value

  it.each(setUps.slice(0, 2))('keeps all of it when the Auth is closed: $name', async ({ create }) => {
    const world = await create()
    const lines: AuditEvent[] = []
    world.auth.on('audited', (event) => lines.push(event))
    const client = await world.signedIn('session')
    const { id = '' } = (await client.me()).body
    const close = world.store.opened().close.bind(world.store.opened())
    let kept: readonly AuditEvent[] = []
    Object.assign(world.store.opened(), {
      close: async () => {
        kept = await stored(world)
        await close()
      },
    })
    await world.auth.sessions.endAll(id)
    await world.auth.close()
    expect(kept.slice(-lines.length).map(({ name, at }) => [name, at])).toEqual(
      lines.map(({ name, at }) => [name, at]),
    )
    expect(lines.length).toBeGreaterThan(1)
  })

  it.each([
    { what: 'fails', answer: () => Promise.reject(new Error('The table is gone.')) },
    { what: 'does not answer', answer: (released: Promise<unknown>) => released },
  ])('that $what when something is recorded costs nobody a request', async ({ answer }) => {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const world = await createWorld()
    const client = await world.signedIn('session')
    await coreOf(world.auth).kernel.audit.flush()
    world.store.meddle((call) => (call.name === 'audit.append' ? answer(released) : call.proceed()))
    expect((await client.logout()).status).toBe(204)
    expect((await world.client().login('ada', password)).status).toBe(200)
    world.store.meddle(null)
    release()
  })

  it('forgets after the time that is set, when it is tidied up', async () => {
    const removed: unknown[] = []
    const world = await createWorld({ administration: { keepAudit: '2d' } })
    await world.auth.ready()
    world.store.meddle((call) => {
      if (call.name === 'audit.removeBefore') removed.push(...call.args)
      return call.proceed()
    })
    await cleanUp(coreOf(world.auth).kernel, 60_000)
    expect(removed).toEqual([world.clock.now() - 2 * 86_400_000])
  })
})

describe('trustLocalFor', () => {
  const opened = async (options: WorldOptions): Promise<string[]> => {
    const lines: AuditEvent[] = []
    const world = await createWorld({ ...options, empty: true })
    world.auth.on('audited', (event) => lines.push(event))
    await world.auth.ready()
    return lines.map(brief)
  }

  it('is on record from the start', async () => {
    expect(await opened({ trustLocalFor: '30s' })).toEqual(['sys_trust_lengthened 30000 ms'])
  })

  it('says nothing where it is not used', async () => {
    expect(await opened({})).toEqual([])
  })
})

describe('what a process does by itself', () => {
  it('is not put down to the request that found the store closed', async () => {
    const inner = memory()
    let isDown = true
    const store = {
      open: (means: StoreMeans) => (isDown ? Promise.reject(new Error('No such host.')) : inner.open(means)),
    }
    const world = await createWorld({ empty: true, trustLocalFor: '30s', store })
    await world.auth.ready().catch(() => undefined)
    isDown = false
    const lines: AuditEvent[] = []
    world.auth.on('audited', (event) => lines.push(event))
    await world.client().login('ada', password)
    expect(lines[0]).toMatchObject({ name: 'sys_trust_lengthened', requestId: null, ip: null })
    expect(lines[1]?.requestId).toMatch(/^[\w-]{22}$/)
  })
})
