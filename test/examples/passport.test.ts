// examples/passport: Passport says who it is, and the session that follows is Sessera's.

import { join } from 'node:path'
import { type Auth, createAuth } from 'sessera'
import { memory } from 'sessera/memory'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { createApp } from '../../examples/passport/app.js'
import { createUserSource, openMembers } from '../../examples/passport/members.js'
import { type RawServer, startServer } from '../http/raw-server.js'
import { tryExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { type Came, call, heldBy, type Sent } from '../support/json-client.js'
import { silentLog } from '../support/silent-log.js'

const password = 'opensesame'

let folder: ReturnType<typeof makeFolder>
let auth: Auth
let server: RawServer

beforeEach(async () => {
  folder = makeFolder()
  const members = openMembers(join(folder.path, 'members.db'))
  await members.add('ada', password, { isModerator: true })
  auth = createAuth({
    origin: 'http://localhost:3000',
    store: memory(),
    log: silentLog,
    users: createUserSource(members),
  })
  server = await startServer(createApp(auth, members))
})

afterEach(async () => {
  await server.close()
  await auth.close()
  folder.remove()
})

const ask = (path: string, sent: Sent = {}): Promise<Came> =>
  call(`http://127.0.0.1:${server.port}${path}`, sent)
const login = (json: object = { username: 'ada', password }, headers = {}): Promise<Came> =>
  ask('/login', { json, headers })

describe('a member', () => {
  it('comes in by Passport, with the roles of the table', async () => {
    const came = await login()
    expect(came).toMatchObject({ status: 200, json: { message: 'Login successful' } })
    expect(await ask('/home', { headers: heldBy(came) })).toMatchObject({
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
    expect(await ask('/auth/me', { headers: heldBy(came) })).toMatchObject({
      json: { id: 'm-ada', factors: ['pwd'], mode: 'session' },
    })
  })

  it('is signed out at once', async () => {
    const headers = heldBy(await login())
    expect((await ask('/logout', { method: 'POST', headers })).status).toBe(200)
    expect((await ask('/home', { headers })).status).toBe(401)
  })

  it('who is disabled is out, whatever Passport says', async () => {
    const headers = heldBy(await login())
    await auth.users.disable('m-ada')
    expect((await ask('/home', { headers })).status).toBe(401)
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
    expect((await ask('/auth/login', { json: { username: 'ada', password } })).status).toBe(401)
    expect((await ask('/home')).status).toBe(401)
  })
})

test('it starts as its README says', async () => {
  const app = await tryExample('passport')
  const came = await call(`${app.origin}/login`, { json: { username: 'ada', password: app.password } })
  expect(came.status).toBe(200)
  expect(await call(`${app.origin}/home`, { headers: heldBy(came) })).toMatchObject({
    json: { message: 'Welcome, ada' },
  })
})
