// Whose doing it was, and for which request, is carried by the kernel of a call, and by nothing that slows others down.

import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { forNode } from '../../../packages/sessera/src/frameworks/node.js'
import { attribute, attributed, unattributed } from '../../../packages/sessera/src/kernel/attribution.js'
import { nowhere, under } from '../../../packages/sessera/src/kernel/circumstances.js'
import type { Kernel } from '../../../packages/sessera/src/kernel/kernel.js'
import type { LogFields } from '../../../packages/sessera/src/ports/log.js'
import { startServer } from '../../http/raw-server.js'
import { createWorld, password } from '../../support/auth.js'
import { atOnce } from '../../support/many.js'
import { openInside } from './inside.js'

describe('a kernel under circumstances', () => {
  it('puts them on record where an event does not say them itself', async () => {
    const { kernel, audited } = await openInside()
    const request = under(kernel, { ip: '192.0.2.1', requestId: 'r1', userAgent: 'a browser' })
    const known = under(request, { actorId: 'ada' })
    const before = audited.length
    known.record('user_updated', { userId: 'bob' })
    known.record('authn_token_reuse', { actorId: null, ip: null })
    known.record('user_updated', { actorId: 'eve', ip: '192.0.2.9', requestId: 'r9', userAgent: 'another' })
    request.record('user_updated')
    kernel.record('user_updated')
    const here = { ip: '192.0.2.1', requestId: 'r1', userAgent: 'a browser' }
    expect(audited.slice(before)).toMatchObject([
      { ...here, actorId: 'ada', userId: 'bob' },
      { ...here, actorId: null },
      { actorId: 'eve', ip: '192.0.2.9', requestId: 'r9', userAgent: 'another' },
      { ...here, actorId: null },
      nowhere,
    ])
  })

  it('says in its log lines which request it is, if it is one', async () => {
    const { kernel: silent } = await openInside()
    const lines: (LogFields | undefined)[] = []
    const write = (_: string, fields?: LogFields): void => void lines.push(fields)
    const kernel: Kernel = { ...silent, log: { info: write, warn: write, error: write } }
    const request = under(kernel, { requestId: 'r1' })
    kernel.log.warn('Outside.', { a: 1 })
    request.log.error('Inside.', { a: 1 })
    request.log.info('Inside.')
    under(request, { actorId: 'ada' }).log.warn('Inside.')
    under(kernel, { ip: '192.0.2.1', requestId: null }).log.warn('Outside.')
    expect(lines).toEqual([
      { a: 1 },
      { requestId: 'r1', a: 1 },
      { requestId: 'r1' },
      { requestId: 'r1' },
      undefined,
    ])
  })
})

describe('what the app attributes', () => {
  it('is where its sign-ins come from, for limits and lists of devices, unless it says so itself', async () => {
    const { auth, events } = await createWorld()
    const [here, there] = [
      { ip: '192.0.2.1', userAgent: null },
      { ip: '192.0.2.9', userAgent: 'a browser' },
    ]
    const within = <T>(work: () => Promise<T>): Promise<T> => auth.audit.attribute({ ip: here.ip }, work)
    const wrong = within(() => auth.users.signIn('ada', 'four wrong words of length'))
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_credentials' })
    await within(() => auth.users.signIn('ada', password))
    await within(() => auth.users.signIn('ada', password, { from: there }))
    const { id = '' } = (await auth.users.find({ username: 'ada' })) ?? {}
    await within(() => auth.sessions.start({ userId: id }))
    await auth.sessions.start({ userId: id })
    expect(events).toContainEqual({ name: 'signInFailed', login: 'ada', ip: here.ip })
    const sessions = (await auth.sessions.list(id)).map(({ ip, userAgent }) => ({ ip, userAgent }))
    expect(sessions).toHaveLength(4)
    expect(sessions).toEqual(expect.arrayContaining([here, there, { ip: null, userAgent: null }]))
    expect(sessions.filter(({ ip }) => ip === here.ip)).toHaveLength(2)
  })

  it('travels with its calls, and never mixes with those of others', async () => {
    const { kernel, audited } = await openInside()
    const before = audited.length
    await atOnce(200, (index) =>
      attribute({ requestId: `r${index}`, ip: `192.0.2.${index}` }, async () => {
        for (let step = 0; step < 5; step++) await (index % 2 === 0 ? null : new Promise(setImmediate))
        await attribute({ actorId: `u${index}` }, async () => {
          await new Promise(setImmediate)
          attributed(kernel).record('user_updated', { userId: `u${index}` })
        })
        expect(attributed(kernel).circumstances.actorId).toBe(null)
      }),
    )
    const lines = audited.slice(before)
    expect(lines).toHaveLength(200)
    for (const { userId, actorId, requestId, ip } of lines) {
      const index = userId?.slice(1)
      expect([actorId, requestId, ip]).toEqual([`u${index}`, `r${index}`, `192.0.2.${index}`])
    }
  })

  it('is nobody’s doing in what goes on for longer than the call that began it', async () => {
    const { kernel } = await openInside()
    const seen = attribute({ actorId: 'ada' }, () => unattributed(() => attributed(kernel).circumstances))
    expect(seen).toEqual(nowhere)
    expect(unattributed(() => 7)).toBe(7)
    expect(attributed(kernel)).toBe(kernel)
  })

  it('is nobody’s doing in what a listener does about refusals that others caused', async () => {
    const { kernel, audited, pass } = await openInside()
    kernel.events.on('audited', ({ name }) => {
      if (name === 'sys_audit_dropped') attributed(kernel).record('sessions_ended_everyone')
    })
    for (let i = 0; i < 601; i++) kernel.record('authn_login_fail')
    pass(60_001)
    attribute({ actorId: 'ada' }, () => attributed(kernel).record('user_updated'))
    expect(audited.slice(-3).map(({ name, actorId }) => [name, actorId])).toEqual([
      ['sys_audit_dropped', null],
      ['sessions_ended_everyone', null],
      ['user_updated', 'ada'],
    ])
  })
})

test.each(modes)('nothing that requests do in %s mode switches on async hooks', async (mode) => {
  const runs = vi.spyOn(AsyncLocalStorage.prototype, 'run')
  onTestFinished(() => runs.mockRestore())
  const world = await createWorld()
  const client = await world.signedIn(mode)
  expect((await client.me()).status).toBe(200)
  await client.refresh()
  await client.send('POST', '/auth/logout')
  const { signIn, signOut, guard } = forNode(world.auth)
  const enter = guard()
  const server = await startServer(async (req, res) => {
    if (req.url === '/sign-in')
      res.end(JSON.stringify(await signIn(req, res, { login: 'ada', password, mode })))
    else if (req.url === '/sign-out') res.end(String(await signOut(req, res)))
    else if ((await enter(req, res)) !== null) res.end('passed')
  })
  onTestFinished(server.close)
  const at = (path: string): string => `http://127.0.0.1:${server.port}${path}`
  const signedIn = await fetch(at('/sign-in'), { method: 'POST' })
  const cookie = signedIn.headers
    .getSetCookie()
    .map((value) => value.split(';', 1)[0])
    .join('; ')
  const tokens: { readonly access_token: string } | null = await signedIn.json()
  const headers = tokens === null ? { cookie } : { authorization: `Bearer ${tokens.access_token}` }
  expect(await (await fetch(at('/'), { headers })).text()).toBe('passed')
  expect((await fetch(at('/sign-out'), { method: 'POST', headers })).status).toBe(200)
  expect((await fetch(at('/'), { headers })).status).toBe(401)
  expect(runs).not.toHaveBeenCalled()
})
