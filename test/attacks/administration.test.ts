// Who may not administer, and what they try. Nothing that is refused leaves a trace but in the record.

import { describe, expect, test } from 'vitest'
import type { Route } from '../../packages/sessera/src/http/route.js'
import { routesFor } from '../../packages/sessera/src/http/routes.js'
import { administration, createAdministration } from '../support/administration.js'
import { atOnce, createWorld, nextPassword, password, tally, type World } from '../support/auth.js'
import type { Client, Reply } from '../support/client.js'
import { serve } from '../support/server.js'
import { createTwoNodes } from '../support/two-nodes.js'

const adminRoutes = routesFor({ adminRole: 'admin', ownUsers: true }).filter(({ path }) =>
  path.startsWith('{base}/admin/'),
)
const named = adminRoutes.map((route) => [`${route.method} ${route.path}`, route] as const)

/** What would work if the caller were allowed to. */
const bodies: Readonly<Record<string, object>> = {
  'POST {base}/admin/users': { username: 'planted', roles: ['admin'] },
  'POST {base}/admin/users/import': { users: [{ username: 'planted', passwordHash: `plain:${password}` }] },
  'PUT {base}/admin/users/{id}/roles': { roles: ['admin'] },
  'PUT {base}/admin/users/{id}/claims': { claims: { planted: true } },
}

interface Target {
  readonly userId: string
  readonly sessionId: string
  readonly kid: string
}

async function targetIn(world: World): Promise<Target> {
  const client = await world.signedIn('session')
  const { id = '', sessionId } = (await client.me()).body
  const [key] = (await world.store.opened().keys.list()).value
  return { userId: id, sessionId: sessionId ?? '', kid: key?.kid ?? '' }
}

function send(
  client: Client,
  { method, path }: Route,
  { userId, sessionId, kid }: Target,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const json = bodies[`${method} ${path}`]
  const id = path.includes('/sessions/{id}') ? sessionId : path.includes('/keys/') ? kid : userId
  const address = path.replace('{base}', '/auth').replace('{id}', id)
  return client.send(method, address, { headers, ...(json === undefined ? {} : { json }) })
}

/** Everything in the store that a route could change. */
async function contentOf(world: World): Promise<string> {
  const { users, sessions, keys, subjects } = world.store.opened()
  const everybody = { after: null, limit: 200, startsWith: null, role: null, disabled: null }
  const list = (await users.list(everybody)).value.users
  const held = await Promise.all(list.map(async ({ user }) => (await sessions.list(user.id)).value))
  const epochs = await Promise.all(list.map(async ({ user }) => (await subjects.ensure(user.id)).value))
  return JSON.stringify([
    list,
    held
      .flat()
      .map(({ id, epoch }) => `${id} ${epoch}`)
      .sort(),
    (await keys.list()).value,
    epochs,
  ])
}

interface Caller {
  readonly who: string
  /** What they are answered; `unsafe` when only requests that change something are refused. */
  readonly refused: readonly [status: number, code: string]
  readonly only?: 'unsafe'
  readonly headers?: Readonly<Record<string, string>>
  be(world: World): Promise<Client>
}

async function rootOf(world: World, mode: 'session' | 'token' | 'hybrid'): Promise<Client> {
  return await world.signedIn(mode, 'root')
}

const modes = ['session', 'token', 'hybrid'] as const

const callers: readonly Caller[] = [
  { who: 'nobody', refused: [401, 'unauthenticated'], be: async (world) => world.client() },
  ...modes.flatMap((mode): Caller[] => [
    {
      who: `a user without the role (${mode})`,
      refused: [403, 'forbidden'],
      be: (world) => world.signedIn(mode),
    },
    {
      who: `a user with a role like it (${mode})`,
      refused: [403, 'forbidden'],
      async be(world) {
        await world.addUser('almost', ['Admin', 'admins', 'administrator'])
        return await world.signedIn(mode, 'almost')
      },
    },
    {
      who: `an administrator whose proof is 16 minutes old (${mode})`,
      refused: [401, 'reauthentication_required'],
      async be(world) {
        const client = await rootOf(world, mode)
        world.clock.advance(16 * 60_000)
        if (mode === 'token') await client.refresh()
        return client
      },
    },
    {
      who: `an administrator who has just been disabled (${mode})`,
      refused: [401, mode === 'token' ? 'invalid_token' : 'unauthenticated'],
      async be(world) {
        const client = await rootOf(world, mode)
        const { id = '' } = (await client.me()).body
        await world.auth.users.disable(id, { force: true })
        return client
      },
    },
    {
      who: `an administrator who has just signed out (${mode})`,
      refused: [401, mode === 'token' ? 'invalid_token' : 'unauthenticated'],
      async be(world) {
        const client = await rootOf(world, mode)
        const thief = client.copy()
        await client.logout()
        return thief
      },
    },
  ]),
  ...(['session', 'hybrid'] as const).flatMap((mode): Caller[] =>
    [
      { from: 'https://evil.example', site: 'cross-site' },
      { from: 'null', site: 'cross-site' },
      { from: 'https://sibling.app.example', site: 'same-site' },
    ].map(({ from, site }) => ({
      who: `a page of ${from} with an administrator's cookie (${mode})`,
      refused: [403, 'origin_refused'],
      only: 'unsafe',
      headers: { origin: from, 'sec-fetch-site': site },
      be: (world) => rootOf(world, mode),
    })),
  ),
]

describe.each(callers)('$who', ({ refused, only, headers, be }) => {
  test('gets nowhere, and nothing is written', async () => {
    const { world } = await createAdministration()
    await world.addUser('second', ['admin'])
    const target = await targetIn(world)
    const client = await be(world)
    const before = await contentOf(world)
    for (const route of adminRoutes) {
      if (only === 'unsafe' && route.method === 'GET') continue
      const { status, body } = await send(client.copy(), route, target, headers)
      expect([route.method, route.path, status, body.code]).toEqual([route.method, route.path, ...refused])
    }
    expect(await contentOf(world)).toBe(before)
  })
})

describe('an administrator with a proof of today', () => {
  test.each(modes)('is let in everywhere, holding the session as %s', async (mode) => {
    for (const [, route] of named) {
      const { world } = await createAdministration()
      const { status } = await send(await rootOf(world, mode), route, await targetIn(world))
      expect([route.method, route.path, Math.floor(status / 100)]).toEqual([route.method, route.path, 2])
    }
  })

  test('loses all of it the moment another process takes the role', async () => {
    for (const mode of modes) {
      const { a, b, userId } = await createTwoNodes({ administration })
      await a.addUser('second', ['admin'])
      await a.auth.users.setRoles(userId, ['admin'])
      const client = await b.signedIn(mode)
      expect((await client.send('GET', '/auth/admin/users')).status).toBe(200)
      await a.auth.users.setRoles(userId, ['teller'])
      const { status } = await client.send('POST', '/auth/admin/users', { json: { username: 'planted' } })
      expect([mode, status]).toEqual([mode, mode === 'session' ? 403 : expect.toBeOneOf([401, 403])])
      expect(await b.auth.users.find({ username: 'planted' })).toBeNull()
    }
  })

  test('is no administrator of another deployment', async () => {
    const { root } = await createAdministration()
    const other = await createWorld({
      administration,
      secrets: ['another secret for tests, and long enough'],
    })
    const stranger = other.client().copy(root.held)
    expect((await stranger.send('GET', '/auth/admin/users')).status).toBe(401)
  })
})

describe('without administration.role', () => {
  test('there are no such routes, whoever asks, and the document names none', async () => {
    const world = await createWorld()
    await world.addUser('root', ['admin'])
    const client = await world.signedIn('session', 'root')
    const target = await targetIn(world)
    for (const route of adminRoutes) {
      const { status, body } = await send(client, route, target)
      expect([route.path, status, body.code]).toEqual([route.path, 404, 'not_found'])
    }
    const first = { token: 'x'.repeat(40), username: 'boss', password }
    expect((await client.send('POST', '/auth/first-administrator', { json: first })).status).toBe(404)
    const document = (await client.send('GET', '/auth/openapi.json')).text
    expect(document).not.toMatch(/"\/auth\/(?:admin|first-administrator)/)
    expect(document).toContain('"/auth/login"')
  })
})

describe('paths that are almost those', () => {
  test.each([
    '/auth/admin',
    '/auth/admin/',
    '/auth/admin/users/',
    '/auth/admin//users',
    '/auth//admin/users',
    '//auth/admin/users',
    '/auth/ADMIN/users',
    '/auth/Admin/users',
    '/auth/admin/users;x=y',
    '/auth/admin;x/users',
    '/auth/admin/users/..',
    '/auth/admin/users/.',
    '/auth/admin/../admin/users',
    '/auth/me/../admin/users',
    '/auth/%61dmin/users',
    '/auth/admin%2fusers',
    '/auth/admin/%75sers',
    '/auth/admin/%2e%2e/admin/users',
    '/auth/admin/users/%2e%2e',
    '/auth/admin/users/%2E',
    '/auth/admin/users/{id}',
    '/auth/admin/users/a%2fsessions',
    '/auth/admin/users/%00',
    '/auth/admin/users/%c3%28',
    '/auth/admin\\users',
    '/auth/admin/users%C2%A0',
    '/auth/admin/%C2%A0/users',
    '/auth/admin/users.json',
    '/auth/admin/stats.css',
    '/{base}/admin/users',
    '/auth/sessions/admin/users',
  ])('%s leads nowhere', async (path) => {
    const { world, root } = await createAdministration()
    const server = await serve(world)
    const { status, body } = await server.send({ path, headers: Object.entries(root.headers()) })
    expect([status, body.includes('"users"')]).toEqual([expect.toBeOneOf([200, 404]), false])
    if (status === 200) expect(body).toBe('Welcome, root')
    const nobody = await server.send({ path })
    expect(nobody.status).toBeGreaterThanOrEqual(401)
  })

  test('an id has one spelling', async () => {
    const { ask, rootId } = await createAdministration()
    const { length } = rootId
    expect((await ask('GET', `/auth/admin/users/${rootId}`)).status).toBe(200)
    const code = rootId.charCodeAt(length - 1).toString(16)
    for (const other of [
      `${rootId.slice(0, -1)}%${code}`,
      `${rootId.slice(0, -1)}%${code.toUpperCase()}`,
      `${rootId}%20`,
      `%20${rootId}`,
      `${rootId}/`,
    ]) {
      expect([other, (await ask('GET', `/auth/admin/users/${other}`)).status]).toEqual([other, 404])
    }
  })
})

describe('a method that is not the one', () => {
  test.each([
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Method-Override', 'DELETE'],
  ])('by %s does nothing', async (header, method) => {
    const { world, root } = await createAdministration()
    const { userId } = await targetIn(world)
    const path = `/auth/admin/users/${userId}`
    const { status } = await root.send('GET', path, { headers: { [header]: method } })
    expect(status).toBe(200)
    expect((await root.send('GET', `${path}?_method=DELETE`)).status).toBe(400)
    expect(await world.auth.users.find({ id: userId })).not.toBeNull()
  })
})

describe('what a body may not hold', () => {
  test.each([
    ['POST', '/auth/register', { username: 'mallory', password, roles: ['admin'] }],
    ['POST', '/auth/register', { username: 'mallory', password, role: 'admin' }],
    ['POST', '/auth/register', { username: 'mallory', password, isAdmin: true }],
    ['POST', '/auth/register', { username: 'mallory', password, claims: { admin: true } }],
    ['POST', '/auth/invitation', { token: 'TOKEN', password: nextPassword, roles: ['admin'] }],
    ['POST', '/auth/invitation', { token: 'TOKEN', password: nextPassword, userId: 'x' }],
    ['POST', '/auth/invitation', { token: { $ne: 1 }, password: nextPassword }],
    ['POST', '/auth/invitation', { token: 'TOKEN', password: { $ne: 1 } }],
    ['POST', '/auth/invitation', { token: ['TOKEN'], password: nextPassword }],
    ['POST', '/auth/first-administrator', { token: 'TOKEN', username: 'm', password, roles: ['root'] }],
  ] as const)('%s %s %j', async (method, path, json) => {
    const { world } = await createAdministration({ registration: 'open' })
    const { userId } = await targetIn(world)
    const { token } = await world.auth.users.invite(userId)
    const text = JSON.stringify(json).replace('TOKEN', token)
    const before = await contentOf(world)
    const { status, body } = await world.client().send(method, path, { text })
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(await contentOf(world)).toBe(before)
  })

  test.each(['__proto__', 'constructor', 'prototype'])('%s, wherever it stands', async (name) => {
    const { root, world } = await createAdministration()
    const before = await contentOf(world)
    for (const text of [
      `{"username":"x","${name}":{"roles":["admin"]}}`,
      `{"username":"x","claims":{"${name}":{"admin":true}}}`,
    ]) {
      const { status } = await root.send('POST', '/auth/admin/users', { text })
      expect([text, status]).toEqual([text, 400])
    }
    expect(await contentOf(world)).toBe(before)
  })
})

describe('an invitation', () => {
  test('shared among fifty sets one password', async () => {
    const { world } = await createAdministration()
    const { userId } = await targetIn(world)
    const { token } = await world.auth.users.invite(userId)
    const replies = await atOnce(50, (index) =>
      world
        .client()
        .send('POST', '/auth/invitation', { json: { token, password: `${nextPassword} ${index}` } }),
    )
    expect(tally(replies.map(({ status }) => status))).toEqual({ 204: 1, 401: 49 })
    const winner = replies.findIndex(({ status }) => status === 204)
    expect((await world.client().login('ada', `${nextPassword} ${winner}`)).status).toBe(200)
  })

  test('cannot be guessed at any speed', async () => {
    const { world } = await createAdministration()
    const attempt = () =>
      world.client().send('POST', '/auth/invitation', { json: { token: 'x'.repeat(100), password } })
    const replies = await atOnce(200, attempt)
    const counts = tally(replies.map(({ status }) => status))
    expect(Object.keys(counts)).toEqual(['401', '429'])
    expect(counts['401']).toBeLessThanOrEqual(100)
    expect(new Set(replies.filter(({ status }) => status === 401).map(({ text }) => text)).size).toBe(1)
  })

  test('does not sign in, and sets no cookie', async () => {
    const { world } = await createAdministration()
    const { userId } = await targetIn(world)
    const { token } = await world.auth.users.invite(userId)
    const client = world.client()
    const { status, setCookies, text } = await client.send('POST', '/auth/invitation', {
      json: { token, password: nextPassword },
    })
    expect([status, setCookies, text]).toEqual([204, [], ''])
    expect((await client.me()).status).toBe(401)
  })

  test('is not taken from a page of another origin', async () => {
    const { world } = await createAdministration()
    const { userId } = await targetIn(world)
    const { token } = await world.auth.users.invite(userId)
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const json = { token, password: nextPassword }
    const { status } = await world.client().send('POST', '/auth/invitation', { json, headers })
    expect(status).toBe(403)
    expect((await world.client().send('POST', '/auth/invitation', { json })).status).toBe(204)
  })
})

describe('of two administrators', () => {
  test.each([
    ['delete', 'DELETE', ''],
    ['disable', 'POST', '/disable'],
  ])('who %s each other at once, one stays', async (_what, method, path) => {
    for (let round = 0; round < 5; round++) {
      const { world, rootId, root } = await createAdministration()
      const secondId = await world.addUser('second', ['admin'])
      const second = await world.signedIn('session', 'second')
      const replies = await Promise.all([
        root.send(method, `/auth/admin/users/${secondId}${path}`),
        second.send(method, `/auth/admin/users/${rootId}${path}`),
      ])
      expect(replies.filter(({ status }) => status === 204)).toHaveLength(1)
      const left = await world.auth.users.list({ role: 'admin', disabled: false })
      expect(left.users).toHaveLength(1)
    }
  })
})
