// examples/passport: Passport says who it is, and the session that follows is Sessera's.

import { join } from 'node:path'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { createApp } from '../../examples/passport/app.js'
import { createUserSource, openMembers } from '../../examples/passport/members.js'
import { tryExample } from '../support/example-process.js'
import { temporaryFolder } from '../support/folder.js'
import { type Came, call, heldBy } from '../support/json-client.js'
import { type AppWithUsers, serveAppWith } from './app-with-users.js'

const password = 'opensesame'

let app: AppWithUsers<object>

beforeEach(async () => {
  const folder = temporaryFolder()
  const members = openMembers(join(folder, 'members.db'))
  await members.add('ada', password, { isModerator: true })
  app = await serveAppWith(createUserSource(members), (auth) => createApp(auth, members))
})

const login = (json: object = { username: 'ada', password }, headers = {}): Promise<Came> =>
  app.ask('/login', { json, headers })

describe('a member', () => {
  it('comes in by Passport, with the roles of the table', async () => {
    const came = await login()
    expect(came).toMatchObject({ status: 200, json: { message: 'Login successful' } })
    expect(await app.ask('/home', { headers: heldBy(came) })).toMatchObject({
      json: { message: 'Welcome, ada', roles: ['moderator'] },
    })
  })

  it('has a session of Sessera, which says how they proved who they are, and none of Passport', async () => {
    const came = await login()
    expect(came.cookies.map((pair) => pair.split('=')[0])).toEqual([
      'sessera-session-3000',
      'sessera-access-3000',
      'sessera-refresh-3000',
    ])
    expect(await app.ask('/auth/me', { headers: heldBy(came) })).toMatchObject({
      json: { id: 'm-ada', factors: ['pwd'], mode: 'session' },
    })
  })

  it('is signed out at once', async () => {
    const headers = heldBy(await login())
    expect((await app.ask('/logout', { method: 'POST', headers })).status).toBe(200)
    expect((await app.ask('/home', { headers })).status).toBe(401)
  })

  it('who is disabled is out, whatever Passport says', async () => {
    const headers = heldBy(await login())
    await app.auth.users.disable('m-ada')
    expect((await app.ask('/home', { headers })).status).toBe(401)
    const again = await login()
    expect([again.status, again.cookies]).toEqual([401, []])
  })

  it('is not signed in by a page of another site', async () => {
    const came = await login(undefined, { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' })
    expect([came.status, came.cookies]).toEqual([403, []])
  })
})

describe('anybody else', () => {
  it.each<[string, object, number]>([
    ['with a wrong password', { username: 'ada', password: 'wrong' }, 401],
    ['who is no member', { username: 'eve', password }, 401],
    ['who calls herself by an id', { username: 'm-ada', password }, 401],
    ['with a number for a password', { username: 'ada', password: 5 }, 401],
    ['with a query for a password', { username: 'ada', password: { $ne: 1 } }, 400],
    ['with nothing', {}, 400],
  ])('%s is refused by Passport', async (_, json, status) => {
    const came = await login(json)
    expect([came.status, came.cookies]).toEqual([status, []])
  })

  it('finds no other way in', async () => {
    expect((await app.ask('/auth/login', { json: { username: 'ada', password } })).status).toBe(401)
    expect((await app.ask('/home')).status).toBe(401)
  })
})

test('it starts as its README says', async () => {
  const started = await tryExample('passport')
  const came = await call(`${started.origin}/login`, {
    json: { username: 'ada', password: started.password },
  })
  expect(came.status).toBe(200)
  expect(await call(`${started.origin}/home`, { headers: heldBy(came) })).toMatchObject({
    json: { message: 'Welcome, ada' },
  })
})
