// examples/drizzle-users: people who were in a table before, and what the app does to them there.

import { scryptSync } from 'node:crypto'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Auth } from 'sessera'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { createApp } from '../../examples/drizzle-users/app.js'
import { openPeople, people } from '../../examples/drizzle-users/people.js'
import { createUserSource } from '../../examples/drizzle-users/users.js'
import { tryExample } from '../support/example-process.js'
import { temporaryFolder } from '../support/folder.js'
import { call, heldBy, type Sent } from '../support/json-client.js'
import { type AppWithUsers, serveAppWith } from './app-with-users.js'

const password = 'a few quiet words'
const digest = scryptSync(password, 'abcdefghijklmnop', 64, { N: 1024, r: 8, p: 1 })
const oldHash = `scrypt:1024:8:1$abcdefghijklmnop$${digest.toString('hex')}`

let db: ReturnType<typeof openPeople>
let auth: Auth<{ name: string }>
let ask: AppWithUsers<object>['ask']

beforeEach(async () => {
  const folder = temporaryFolder()
  db = openPeople(join(folder, 'people.db'))
  await db.insert(people).values([
    { id: 7, email: 'ada@example.com', name: 'Ada', role: 'admin', passwordHash: oldHash },
    { id: 8, email: 'bob@example.com', name: 'Bob', passwordHash: oldHash },
  ])
  const app = await serveAppWith(createUserSource(db), (given) => createApp(given, db))
  auth = app.auth
  ask = app.ask
})

async function signedIn(email: string): Promise<{ readonly Cookie: string }> {
  const came = await ask('/sign-in', { json: { email, password } })
  expect(came.status).toBe(200)
  return heldBy(came)
}

async function rowOf(email: string): Promise<typeof people.$inferSelect | undefined> {
  const [row] = await db.select().from(people).where(eq(people.email, email))
  return row
}

describe('somebody of the table', () => {
  it('signs in with the password that they had, and is known by what the table says', async () => {
    const headers = await signedIn('ada@example.com')
    expect(await ask('/home', { headers })).toMatchObject({ json: { name: 'Ada', roles: ['admin'] } })
  })

  it('gets a hash of today in passing, once', async () => {
    expect((await rowOf('bob@example.com'))?.passwordHash).toBe(oldHash)
    await signedIn(' Bob@Example.com')
    const renewed = (await rowOf('bob@example.com'))?.passwordHash
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    await signedIn('bob@example.com')
    expect((await rowOf('bob@example.com'))?.passwordHash).toBe(renewed)
  })

  it('is refused with any other, and learns no more than a stranger', async () => {
    const wrong = await ask('/sign-in', { json: { email: 'ada@example.com', password: 'not this one' } })
    const nobody = await ask('/sign-in', { json: { email: 'eve@example.com', password: 'not this one' } })
    expect([wrong.status, wrong.json]).toEqual([401, nobody.json])
    expect(wrong.cookies).toEqual([])
  })

  it('changes the password by the API, which the table then holds', async () => {
    const headers = await signedIn('bob@example.com')
    const next = 'other, even quieter words'
    const came = await ask('/auth/password', { headers, json: { current: password, next } })
    expect(came.status).toBe(204)
    expect((await ask('/sign-in', { json: { email: 'bob@example.com', password } })).status).toBe(401)
    expect((await ask('/sign-in', { json: { email: 'bob@example.com', password: next } })).status).toBe(200)
  })

  it('whose password was changed meanwhile keeps the new one', async () => {
    const users = createUserSource(db)
    await users.savePasswordHash('8', 'changed', null)
    await users.savePasswordHash('8', 'renewed', oldHash)
    expect((await rowOf('bob@example.com'))?.passwordHash).toBe('changed')
    expect((await rowOf('ada@example.com'))?.passwordHash).toBe(oldHash)
  })
})

describe('the sign-up of the app', () => {
  const json = { email: 'Eve@example.com', name: 'Eve', password }

  it('writes the table, and signs in', async () => {
    const came = await ask('/sign-up', { json })
    expect(came).toMatchObject({ status: 201, json: { message: 'Welcome, Eve' } })
    expect(await ask('/home', { headers: heldBy(came) })).toMatchObject({
      json: { name: 'Eve', roles: ['member'] },
    })
    expect(await rowOf('eve@example.com')).toMatchObject({ role: 'member', blocked: false })
    await signedIn('eve@example.com')
  })

  it('takes an address once, of two who ask at the same moment too', async () => {
    const both = await Promise.all([ask('/sign-up', { json }), ask('/sign-up', { json })])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    expect((await ask('/sign-up', { json: { ...json, email: 'ada@example.com' } })).status).toBe(409)
  })

  it.each([
    ['a short password', { ...json, password: 'short' }],
    ['a password without end', { ...json, password: 'x'.repeat(300) }],
    ['no address', { ...json, email: 'eve' }],
    ['an address that is a list', { ...json, email: ['eve@example.com'] }],
    ['no name', { ...json, name: undefined }],
    ['nothing', {}],
  ])('refuses %s', async (_, wrong) => {
    const came = await ask('/sign-up', { json: wrong })
    expect([came.status, came.cookies]).toEqual([400, []])
    expect(await db.select().from(people)).toHaveLength(2)
  })

  it('gives nobody a role that they ask for', async () => {
    await ask('/sign-up', { json: { ...json, role: 'admin', id: 7 } })
    expect((await rowOf('eve@example.com'))?.role).toBe('member')
  })
})

describe('what the app changes in its table', () => {
  it('counts at once: a role that is given, and one that is taken', async () => {
    const [ada, bob] = [await signedIn('ada@example.com'), await signedIn('bob@example.com')]
    const give = (role: string, headers: Sent['headers'] = ada) =>
      ask('/people/8/role', { method: 'PUT', json: { role }, headers: headers ?? {} })
    expect((await give('admin', bob)).status).toBe(403)
    expect((await give('admin')).status).toBe(204)
    expect(await ask('/home', { headers: bob })).toMatchObject({ json: { roles: ['admin'] } })
    expect((await give('member')).status).toBe(204)
    expect(await ask('/home', { headers: bob })).toMatchObject({ json: { roles: ['member'] } })
    expect((await give('admin', bob)).status).toBe(403)
  })

  it('is not seen before it is told, but by whoever asks the store', async () => {
    const [ada, bob] = [await signedIn('ada@example.com'), await signedIn('bob@example.com')]
    expect((await ask('/home', { headers: ada })).status).toBe(200)
    await db.update(people).set({ role: 'member' }).where(eq(people.id, 7))
    expect(await ask('/home', { headers: ada })).toMatchObject({ json: { roles: ['admin'] } })
    const give = { method: 'PUT', json: { role: 'admin' }, headers: ada }
    expect((await ask('/people/8/role', give)).status).toBe(403)
    await auth.users.changed('7')
    expect(await ask('/home', { headers: ada })).toMatchObject({ json: { roles: ['member'] } })
    expect((await ask('/home', { headers: bob })).status).toBe(200)
  })

  it('outdates tokens, which are refreshed to the new role', async () => {
    const ada = await signedIn('ada@example.com')
    const login = { username: 'bob@example.com', password, mode: 'token' }
    const { json } = await ask('/auth/login', { json: login })
    const { access_token: old, refresh_token } = json as { access_token: string; refresh_token: string }
    const home = (token: string) => ask('/home', { headers: { Authorization: `Bearer ${token}` } })
    expect(await home(old)).toMatchObject({ json: { roles: ['member'] } })
    await ask('/people/8/role', { method: 'PUT', json: { role: 'admin' }, headers: ada })
    expect((await home(old)).status).toBe(401)
    const refreshed = (await ask('/auth/refresh', { json: { refresh_token } })).json as {
      access_token: string
    }
    expect(await home(refreshed.access_token)).toMatchObject({ json: { roles: ['admin'] } })
  })

  it('ends everything of whoever is blocked', async () => {
    const [ada, bob] = [await signedIn('ada@example.com'), await signedIn('bob@example.com')]
    expect((await ask('/people/8/blocked', { method: 'PUT', headers: ada })).status).toBe(204)
    expect((await ask('/home', { headers: bob })).status).toBe(401)
    expect((await ask('/sign-in', { json: { email: 'bob@example.com', password } })).status).toBe(401)
    expect((await ask('/home', { headers: ada })).status).toBe(200)
  })
})

test('it starts as its README says', async () => {
  const app = await tryExample('drizzle-users')
  const json = { email: 'ada@example.com', password: app.password }
  const came = await call(`${app.origin}/sign-in`, { json })
  expect(came).toMatchObject({ status: 200, json: { message: 'Welcome back' } })
  expect((await call(`${app.origin}/home`, { headers: heldBy(came) })).status).toBe(200)
})
