// Administration of users, over a real socket: what each route does, and what the people concerned notice.

import { describe, expect, test } from 'vitest'
import { type Administration, createAdministration } from '../../support/administration.js'
import { nextPassword, password } from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'

interface User {
  readonly id: string
  readonly username: string
  readonly email: string | null
  readonly roles: readonly string[]
  readonly claims: object
  readonly hasPassword: boolean
  readonly createdAt: number
  readonly disabledAt: number | null
}

interface Invitation {
  readonly token: string
  readonly link: string
  readonly expiresAt: number
}

interface Users {
  readonly users: readonly User[]
  readonly next: string | null
}

const namesOf = ({ users }: Users): readonly string[] => users.map(({ username }) => username)

async function idOf({ ask }: Administration, username: string): Promise<string> {
  const { body } = await ask<Users>('GET', `/auth/admin/users?search=${username}`)
  return body.users[0]?.id ?? ''
}

describe('listing', () => {
  test('goes by name, in pages, and shows neither hash nor anything secret', async () => {
    const { ask, world } = await createAdministration()
    for (const name of ['grace', 'hedy', 'ida']) await world.addUser(name)
    const first = await ask<Users>('GET', '/auth/admin/users?limit=3')
    expect(namesOf(first.body)).toEqual(['ada', 'grace', 'hedy'])
    expect(first.body.users[0]).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      username: 'ada',
      email: null,
      roles: ['teller'],
      claims: {},
      hasPassword: true,
      createdAt: expect.any(Number),
      disabledAt: null,
    })
    const second = await ask<Users>(
      'GET',
      `/auth/admin/users?limit=3&after=${encodeURIComponent(first.body.next ?? '')}`,
    )
    expect([namesOf(second.body), second.body.next]).toEqual([['ida', 'root'], null])
  })

  test('narrows by what the name begins with, by role, and by who is disabled', async () => {
    const { ask, world } = await createAdministration()
    await world.auth.users.disable(await world.addUser('adam', ['teller']))
    const found = async (query: string): Promise<readonly string[]> =>
      namesOf((await ask<Users>('GET', `/auth/admin/users?${query}`)).body)
    expect(await found('search=AD')).toEqual(['ada', 'adam'])
    expect(await found('role=admin')).toEqual(['root'])
    expect(await found('disabled=true')).toEqual(['adam'])
    expect(await found('disabled=false&role=teller')).toEqual(['ada'])
    expect(await found('search=ada%25')).toEqual([])
  })

  test.each([
    ['limit=0', '"limit": Write a whole number from 1 to 200.'],
    ['limit=201', '"limit": Write a whole number from 1 to 200.'],
    ['limit=1e2', '"limit": Write a whole number from 1 to 200.'],
    ['disabled=1', '"disabled": Write true or false.'],
    ['limit=5&limit=6', '"limit" stands in the query twice. Send it once.'],
    ['search=a&%73earch=b', '"search" stands in the query twice. Send it once.'],
    ['page=2', '"page" is not known here. Leave it out.'],
    ['__proto__=x', '"__proto__" is not known here. Leave it out.'],
    ['search=%ff', 'The query is not percent-encoded UTF-8.'],
  ])('with ?%s is refused: %s', async (query, detail) => {
    const { ask } = await createAdministration()
    const { status, body } = await ask('GET', `/auth/admin/users?${query}`)
    expect([status, body.code, body.detail]).toEqual([400, 'invalid_request', detail])
  })
})

describe('creating', () => {
  test('makes an invitation, with which the user sets a password and signs in', async () => {
    const { ask, world } = await createAdministration()
    const { status, body, headers } = await ask<{ user: User; invitation: Invitation }>(
      'POST',
      '/auth/admin/users',
      { username: 'Grace', email: 'grace@example.org', roles: ['teller'], claims: { floor: 3 } },
    )
    expect(status).toBe(201)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(body.user).toMatchObject({
      username: 'Grace',
      email: 'grace@example.org',
      roles: ['teller'],
      claims: { floor: 3 },
      hasPassword: false,
    })
    expect(body.invitation.link).toBe(`https://app.example/welcome?invitation=${body.invitation.token}`)
    const set = { json: { token: body.invitation.token, password } }
    expect((await world.client().send('POST', '/auth/invitation', set)).status).toBe(204)
    const again = await world.client().send('POST', '/auth/invitation', set)
    expect([again.status, again.body.code]).toEqual([401, 'invitation_refused'])
    const grace = await world.client().login('grace', password)
    expect([grace.status, grace.body.user?.id]).toEqual([200, body.user.id])
  })

  test.each([
    [{ username: 'ADA' }, 409, 'username_taken'],
    [{ username: '\u0000' }, 400, 'invalid_request'],
    [{}, 400, 'invalid_request'],
    [{ username: 'x', roles: ['two words'] }, 400, 'invalid_request'],
    [{ username: 'x', roles: 'admin' }, 400, 'invalid_request'],
    [{ username: 'x', claims: { far: 'x'.repeat(1100) } }, 400, 'invalid_request'],
    [{ username: 'x', id: 'mine' }, 400, 'invalid_request'],
    [{ username: 'x', passwordHash: 'plain:x' }, 400, 'invalid_request'],
    [{ username: { $ne: 1 } }, 400, 'invalid_request'],
  ])('%j is refused, and nobody is there afterwards', async (json, status, code) => {
    const { ask } = await createAdministration()
    const reply = await ask('POST', '/auth/admin/users', json)
    expect([reply.status, reply.body.code]).toEqual([status, code])
    expect(namesOf((await ask<Users>('GET', '/auth/admin/users')).body)).toEqual(['ada', 'root'])
  })

  test('takes no password: nobody knows one but its owner', async () => {
    const { ask } = await createAdministration()
    const { status, body } = await ask('POST', '/auth/admin/users', { username: 'x', password })
    expect([status, body.detail]).toEqual([
      400,
      '"password": Nobody sets a password for somebody else. Send them the invitation instead.',
    ])
  })
})

describe('one user', () => {
  test('is shown, and is gone after being deleted, with everything that they held', async () => {
    const admin = await createAdministration()
    const { ask, world } = admin
    const id = await idOf(admin, 'ada')
    const holders = [await world.signedIn('session'), await world.signedIn('token')]
    expect((await ask<User>('GET', `/auth/admin/users/${id}`)).body).toMatchObject({ id, username: 'ada' })
    const gone = await ask<undefined>('DELETE', `/auth/admin/users/${id}`)
    expect([gone.status, gone.body]).toEqual([204, undefined])
    for (const holder of holders) expect((await holder.me()).status).toBe(401)
    expect((await world.client().login('ada', password)).status).toBe(401)
    for (const [method, path, json] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/invitation'],
      ['POST', '/disable'],
      ['POST', '/enable'],
      ['POST', '/unlock'],
      ['PUT', '/roles', { roles: [] }],
      ['PUT', '/claims', { claims: {} }],
    ] as const) {
      const reply = await ask(method, `/auth/admin/users/${id}${path}`, json)
      expect([method, path, reply.status, reply.body.code]).toEqual([method, path, 404, 'not_found'])
    }
  })

  test('who is disabled is out everywhere, and comes back only by signing in', async () => {
    const admin = await createAdministration()
    const { ask, world } = admin
    const id = await idOf(admin, 'ada')
    const holder = await world.signedIn('hybrid')
    expect((await ask('POST', `/auth/admin/users/${id}/disable`)).status).toBe(204)
    expect((await holder.me()).status).toBe(401)
    expect((await world.client().login('ada', password)).status).toBe(401)
    expect((await ask<User>('GET', `/auth/admin/users/${id}`)).body.disabledAt).toEqual(expect.any(Number))
    expect((await ask('POST', `/auth/admin/users/${id}/enable`)).status).toBe(204)
    expect((await holder.me()).status).toBe(401)
    expect((await world.client().login('ada', password)).status).toBe(200)
  })

  test('gets other roles: the next token has them, the old one is refused, the session lives on', async () => {
    const admin = await createAdministration()
    const { ask, world } = admin
    const id = await idOf(admin, 'ada')
    const holder = await world.signedIn('token')
    expect((await ask('PUT', `/auth/admin/users/${id}/roles`, { roles: ['clerk'] })).status).toBe(204)
    expect((await holder.me()).status).toBe(401)
    await holder.refresh()
    expect((await holder.me()).body.roles).toEqual(['clerk'])
  })

  test('gets claims, which their next token carries', async () => {
    const admin = await createAdministration()
    const { ask, world } = admin
    const id = await idOf(admin, 'ada')
    const holder = await world.signedIn('session')
    expect((await ask('PUT', `/auth/admin/users/${id}/claims`, { claims: { floor: 4 } })).status).toBe(204)
    expect(JSON.parse((await holder.me()).text)).toMatchObject({ claims: { floor: 4 } })
  })

  test('who is locked out by guesses may try again at once after being unlocked', async () => {
    const admin = await createAdministration()
    const { ask, world } = admin
    const id = await idOf(admin, 'ada')
    const attempt = async (): Promise<number> =>
      (await world.client().login('ada', 'a wrong guess of some length')).status
    for (let guesses = 0; guesses < 20 && (await attempt()) !== 429; guesses++);
    expect((await world.client().login('ada', password)).status).toBe(429)
    expect((await ask('POST', `/auth/admin/users/${id}/unlock`)).status).toBe(204)
    expect((await world.client().login('ada', password)).status).toBe(200)
  })

  test('who is invited again sets a new password; the invitation before that is over', async () => {
    const admin = await createAdministration()
    const { ask, world } = admin
    const id = await idOf(admin, 'ada')
    const invite = async (): Promise<Invitation> => {
      const { status, body } = await ask<Invitation>('POST', `/auth/admin/users/${id}/invitation`)
      expect(status).toBe(201)
      return body
    }
    const [older, newer] = [await invite(), await invite()]
    const set = ({ token }: Invitation) =>
      world.client().send('POST', '/auth/invitation', { json: { token, password: nextPassword } })
    expect((await set(older)).status).toBe(401)
    expect((await world.client().login('ada', password)).status).toBe(200)
    expect((await set(newer)).status).toBe(204)
    expect((await world.client().login('ada', password)).status).toBe(401)
    expect((await world.client().login('ada', nextPassword)).status).toBe(200)
  })
})

describe('importing', () => {
  test('answers for each, and a dry run writes nothing', async () => {
    const { ask, world } = await createAdministration()
    const users = [
      { username: 'grace', passwordHash: `plain:${password}`, roles: ['teller'] },
      { username: 'ada' },
      { username: '' },
      { username: 'hedy', email: null, claims: { floor: 1 }, disabled: true },
    ]
    const dry = await ask<{ verdicts: readonly object[] }>('POST', '/auth/admin/users/import', {
      users,
      dryRun: true,
    })
    expect(dry.body.verdicts).toEqual([
      { verdict: 'acceptable' },
      { verdict: 'exists' },
      { verdict: 'rejected', reason: expect.stringMatching(/username/i) },
      { verdict: 'acceptable' },
    ])
    expect(namesOf((await ask<Users>('GET', '/auth/admin/users')).body)).toEqual(['ada', 'root'])
    const real = await ask<{ verdicts: readonly object[] }>('POST', '/auth/admin/users/import', { users })
    expect([real.status, real.body.verdicts.map((verdict) => Object.values(verdict)[0])]).toEqual([
      200,
      ['imported', 'exists', 'rejected', 'imported'],
    ])
    expect((await world.client().login('grace', password)).status).toBe(200)
    expect(namesOf((await ask<Users>('GET', '/auth/admin/users?disabled=true')).body)).toEqual(['hedy'])
  })

  test('takes a hundred with everything they can have, and no more', async () => {
    const { ask } = await createAdministration()
    const users = Array.from({ length: 100 }, (_, index) => ({
      username: `user ${index}`,
      email: `user-${index}@example.org`,
      passwordHash: `plain:${'x'.repeat(120)}`,
      roles: ['teller', 'clerk'],
      claims: { floor: index, desk: 'a' },
      disabled: false,
    }))
    const full = await ask<{ verdicts: readonly { verdict: string }[] }>('POST', '/auth/admin/users/import', {
      users,
    })
    expect([full.status, full.body.verdicts.every(({ verdict }) => verdict === 'imported')]).toEqual([
      200,
      true,
    ])
    const more = await ask('POST', '/auth/admin/users/import', { users: [...users, { username: 'one' }] })
    expect([more.status, more.body.detail]).toEqual([400, '"users": Send at most 100 users at once.'])
    const tooLong = { users: [{ username: 'x', passwordHash: 'x'.repeat(70_000) }] }
    expect((await ask('POST', '/auth/admin/users/import', tooLong)).status).toBe(413)
  })
})

describe('an administrator', () => {
  test('who is the last keeps the role, the account and the right to sign in', async () => {
    const { ask, rootId } = await createAdministration()
    for (const [method, path, json] of [
      ['DELETE', ''],
      ['POST', '/disable'],
      ['PUT', '/roles', { roles: ['teller'] }],
    ] as const) {
      const { status, body } = await ask(method, `/auth/admin/users/${rootId}${path}`, json)
      expect([method, status, body.code]).toEqual([method, 409, 'last_administrator'])
    }
    expect((await ask('PUT', `/auth/admin/users/${rootId}/roles`, { roles: ['admin', 'x'] })).status).toBe(
      204,
    )
  })

  test.each([
    ['deletes the own account', 'DELETE', '', undefined, 401],
    ['disables the own account', 'POST', '/disable', undefined, 401],
    ['gives the own role away', 'PUT', '/roles', { roles: ['teller'] }, 403],
  ])('who is one of two and %s is out at once', async (_what, method, path, json, status) => {
    const { ask, rootId, world } = await createAdministration()
    await world.addUser('second', ['admin'])
    expect((await ask(method, `/auth/admin/users/${rootId}${path}`, json)).status).toBe(204)
    expect((await ask('GET', '/auth/admin/users')).status).toBe(status)
  })
})

describe('where the app keeps its users itself', () => {
  test('there is no users table to administer, but who is in can be put out', async () => {
    const { ask, world } = await createAdministration({ foreign: createForeignUsers() })
    const holder = await world.signedIn('session')
    const id = encodeURIComponent((await holder.me()).body.id ?? '')
    expect(id).toContain('%20')
    for (const [method, path] of [
      ['GET', '/auth/admin/users'],
      ['POST', '/auth/admin/users'],
      ['POST', '/auth/admin/users/import'],
      ['GET', `/auth/admin/users/${id}`],
      ['PUT', `/auth/admin/users/${id}/roles`],
      ['POST', '/auth/invitation'],
      ['POST', '/auth/first-administrator'],
    ] as const) {
      expect([method, path, (await ask(method, path)).status]).toEqual([method, path, 404])
    }
    const document = await ask<{ paths: object }>('GET', '/auth/openapi.json')
    expect(Object.keys(document.body.paths).filter((path) => path.includes('/admin/users'))).toEqual([
      '/auth/admin/users/{id}/disable',
      '/auth/admin/users/{id}/enable',
      '/auth/admin/users/{id}/sessions',
    ])
    expect((await ask('POST', `/auth/admin/users/${id}/disable`)).status).toBe(204)
    expect((await holder.me()).status).toBe(401)
    expect((await ask('POST', `/auth/admin/users/${id}/enable`)).status).toBe(204)
    expect((await world.client().login('ada', password)).status).toBe(200)
  })
})
