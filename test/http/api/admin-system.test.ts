// Administration of sessions, signing keys, the record and the figures, over a real socket.

import { describe, expect, test } from 'vitest'
import { createAdministration } from '../../support/administration.js'
import { password } from '../../support/auth.js'

interface Sessions {
  readonly sessions: readonly { readonly id: string; readonly current: boolean; readonly mode: string }[]
}

interface Keys {
  readonly keys: readonly { readonly kid: string; readonly state: string }[]
}

interface Events {
  readonly events: readonly {
    readonly seq: number
    readonly name: string
    readonly actorId: string | null
    readonly userId: string | null
    readonly requestId: string | null
  }[]
  readonly next: number | null
}

describe('sessions', () => {
  test('of a user are listed; one ends, then all, and the tokens made from them are refused', async () => {
    const { ask, world } = await createAdministration()
    const [inSession, inToken, inHybrid] = [
      await world.signedIn('session'),
      await world.signedIn('token'),
      await world.signedIn('hybrid'),
    ]
    const { id = '', sessionId = '' } = (await inToken.me()).body
    const list = async (): Promise<Sessions['sessions']> =>
      (await ask<Sessions>('GET', `/auth/admin/users/${id}/sessions`)).body.sessions
    expect((await list()).map(({ mode, current }) => [mode, current]).sort()).toEqual([
      ['hybrid', false],
      ['session', false],
      ['token', false],
    ])
    expect((await ask('DELETE', `/auth/admin/sessions/${sessionId}`)).status).toBe(204)
    expect((await inToken.me()).status).toBe(401)
    expect((await inSession.me()).status).toBe(200)
    const { status, body } = await ask<{ ended: number }>('DELETE', `/auth/admin/users/${id}/sessions`)
    expect([status, body]).toEqual([200, { ended: 2 }])
    for (const client of [inSession, inHybrid]) expect((await client.me()).status).toBe(401)
    expect((await inToken.refresh()).status).toBe(401)
    expect(await list()).toEqual([])
    const ends = world.events.filter(({ name }) => name === 'sessionEnded')
    expect(ends.map((event) => 'cause' in event && event.cause)).toEqual(
      Array.from({ length: 3 }, () => 'ended_by_administrator'),
    )
  })

  test('that do not exist are not found', async () => {
    const { ask } = await createAdministration()
    const { status, body } = await ask('DELETE', '/auth/admin/sessions/AAAAAAAAAAAAAAAAAAAAAA')
    expect([status, body.code, body.detail]).toEqual([404, 'not_found', 'There is no such session.'])
  })

  test('the own one is marked, and ends like any other', async () => {
    const { ask, rootId } = await createAdministration()
    const { sessions } = (await ask<Sessions>('GET', `/auth/admin/users/${rootId}/sessions`)).body
    expect(sessions.map(({ current }) => current)).toEqual([true])
    expect((await ask('DELETE', `/auth/admin/sessions/${sessions[0]?.id}`)).status).toBe(204)
    expect((await ask('GET', '/auth/admin/users')).status).toBe(401)
  })
})

describe('signing keys', () => {
  test('a new one waits until it is known; the one that signs can be refused from now on', async () => {
    const { ask, world } = await createAdministration()
    const list = async (): Promise<Keys['keys']> => (await ask<Keys>('GET', '/auth/admin/keys')).body.keys
    const [first] = await list()
    const rotated = await ask<{ kid: string }>('POST', '/auth/admin/keys')
    expect(rotated.status).toBe(201)
    expect((await list()).map(({ kid, state }) => [kid, state])).toEqual([
      [first?.kid, 'signing'],
      [rotated.body.kid, 'pending'],
    ])
    const holder = await world.signedIn('token')
    expect((await holder.me()).status).toBe(200)
    expect((await ask('DELETE', `/auth/admin/keys/${first?.kid}`)).status).toBe(204)
    expect((await holder.me()).status).toBe(401)
    expect((await list()).map(({ kid }) => kid)).not.toContain(first?.kid)
    expect((await ask('DELETE', `/auth/admin/keys/${first?.kid}`)).status).toBe(404)
  })
})

describe('the record', () => {
  test('says who did what to whom, in which request, page by page', async () => {
    const { ask, world, rootId } = await createAdministration()
    const id = await world.addUser('grace')
    expect((await ask('POST', `/auth/admin/users/${id}/disable`)).status).toBe(204)
    const enabled = await ask('POST', `/auth/admin/users/${id}/enable`)
    const found = await ask<Events>('GET', `/auth/admin/audit?userId=${id}&name=user_enabled`)
    expect(found.body).toEqual({
      events: [
        expect.objectContaining({
          name: 'user_enabled',
          actorId: rootId,
          userId: id,
          requestId: enabled.headers.get('x-request-id'),
        }),
      ],
      next: null,
    })
    const all: string[] = []
    let after: number | null = 0
    for (let pages = 0; after !== null && pages < 20; pages++) {
      const query = `order=oldest&limit=2&userId=${id}${after === 0 ? '' : `&after=${after}`}`
      const page: Events = (await ask<Events>('GET', `/auth/admin/audit?${query}`)).body
      all.push(...page.events.map(({ name }) => name))
      after = page.next
    }
    expect(all.filter((name) => name.startsWith('user_'))).toEqual([
      'user_created',
      'user_disabled',
      'user_enabled',
    ])
  })

  test.each([
    ['name=user_erased', '"name"'],
    ['limit=1001', '"limit": Write a whole number from 1 to 1000.'],
    ['order=up', '"order": Write newest or oldest.'],
    ['since=yesterday', '"since": Write a whole number'],
    ['who=root', '"who" is not known here. Leave it out.'],
  ])('asked with ?%s refuses: %s', async (query, detail) => {
    const { ask } = await createAdministration()
    const { status, body } = await ask('GET', `/auth/admin/audit?${query}`)
    expect([status, body.detail]).toEqual([400, expect.stringContaining(detail)])
  })
})

test('the figures count what is in the store, and say what this process does', async () => {
  const { ask, world } = await createAdministration()
  await world.auth.users.disable(await world.addUser('grace'))
  const { status, body } = await ask<{ counts: object; process: object }>('GET', '/auth/admin/stats')
  expect(status).toBe(200)
  expect(body.counts).toMatchObject({ users: 3, disabledUsers: 1, sessions: 1 })
  expect(body.process).toMatchObject({
    passwords: { running: 0, waiting: 0 },
    remembered: { entries: expect.any(Number) },
  })
})

describe('the first administrator', () => {
  test('is created with the token that the operator has, once', async () => {
    const { ask, world, rootId } = await createAdministration()
    expect(await world.auth.users.inviteFirstAdministrator()).toBeNull()
    await world.auth.users.setRoles(rootId, [], { force: true })
    const invitation = await world.auth.users.inviteFirstAdministrator()
    const json = { token: invitation?.token, username: 'Boss', password }
    const weak = await ask('POST', '/auth/first-administrator', { ...json, password: 'short' })
    expect([weak.status, weak.body.code]).toEqual([400, 'password_unacceptable'])
    expect((await ask('POST', '/auth/first-administrator', json)).status).toBe(204)
    const again = await ask('POST', '/auth/first-administrator', { ...json, username: 'other' })
    expect([again.status, again.body.code]).toEqual([401, 'invitation_refused'])
    const boss = await world.signedIn('session', 'boss')
    expect((await boss.send('GET', '/auth/admin/users')).status).toBe(200)
    expect((await world.client().login('other', password)).status).toBe(401)
  })
})
