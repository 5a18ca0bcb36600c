// examples/hono-api, started as its README says and used over a socket. Needs the build.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExampleProcess, startExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { type Came, call, heldBy } from '../support/json-client.js'
import { hopelessBodies } from './bodies.js'

let folder: ReturnType<typeof makeFolder>
let app: ExampleProcess
let ada: { readonly username: string; readonly password: string }
const bob = { username: 'bob', password: 'some words that bob knows' }

beforeAll(async () => {
  folder = makeFolder()
  app = await startExample({ name: 'hono-api', database: join(folder.path, 'auth.db') })
  ada = { username: 'ada', password: app.password ?? '' }
  await call(`${app.origin}/auth/register`, { json: bob })
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

const login = (json: object): Promise<Came> => call(`${app.origin}/login`, { json })

async function tokensOf(who: object): Promise<{ readonly access: string; readonly refresh: string }> {
  const { json } = await login(who)
  const { access_token: access, refresh_token: refresh } = json as Record<string, string>
  return { access: access ?? '', refresh: refresh ?? '' }
}

async function headersOf(who: object): Promise<Record<string, string>> {
  return { Authorization: `Bearer ${(await tokensOf(who)).access}` }
}

const notes = (headers: Readonly<Record<string, string>>, sent: object = {}): Promise<Came> =>
  call(`${app.origin}/notes`, { headers, ...sent })

describe('signing in', () => {
  it('hands out a pair of tokens', async () => {
    expect(await login(ada)).toMatchObject({
      status: 200,
      json: { access_token: expect.any(String), refresh_token: expect.any(String), expires_in: 300 },
    })
  })

  it('with a wrong password is answered with a problem document', async () => {
    const answer = await login({ ...ada, password: 'not her password' })
    expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_credentials' }, cookies: [] })
  })

  it.each(hopelessBodies)('with %s is refused, and harms nobody', async (_, sent) => {
    const { status } = await call(`${app.origin}/login`, sent)
    expect([400, 401]).toContain(status)
    expect((await login(ada)).status).toBe(200)
  })
})

describe('notes', () => {
  it("are everybody's own", async () => {
    const [hers, his] = [await headersOf(ada), await headersOf(bob)]
    expect(await notes(hers, { json: { text: 'buy milk' } })).toMatchObject({
      status: 201,
      json: { notes: ['buy milk'] },
    })
    expect((await notes(hers)).json).toEqual({ notes: ['buy milk'] })
    expect((await notes(his)).json).toEqual({ notes: [] })
    expect((await notes(his, { method: 'DELETE' })).status).toBe(204)
    expect((await notes(hers)).json).toEqual({ notes: ['buy milk'] })
    expect((await notes(hers, { method: 'DELETE' })).status).toBe(204)
    expect((await notes(hers)).json).toEqual({ notes: [] })
  })

  it('are for those who are signed in', async () => {
    const answer = await notes({})
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
  })

  it('open to a browser by its cookie, but not to a page of another site', async () => {
    const { Cookie } = heldBy(await call(`${app.origin}/auth/login`, { json: ada }))
    expect((await notes({ Cookie })).status).toBe(200)
    const foreign = { Cookie, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
    expect((await notes(foreign, { json: { text: 'forged' } })).status).toBe(403)
    expect((await notes({ Cookie })).json).toEqual({ notes: [] })
  })
})

describe('tokens', () => {
  it('are refreshed by the API', async () => {
    const { refresh } = await tokensOf(ada)
    const { status, json } = await call(`${app.origin}/auth/refresh`, { json: { refresh_token: refresh } })
    expect(status).toBe(200)
    const { access_token: access } = json as Record<string, string>
    expect((await notes({ Authorization: `Bearer ${access}` })).status).toBe(200)
  })

  it('open nothing after sign-out, which is the same the second time', async () => {
    const headers = await headersOf(ada)
    expect((await notes(headers)).status).toBe(200)
    for (let times = 0; times < 2; times++) {
      const answer = await call(`${app.origin}/logout`, { method: 'POST', headers })
      expect(answer).toMatchObject({ status: 200, json: { message: 'Logged out successfully' } })
    }
    expect((await notes(headers)).status).toBe(401)
  })
})
