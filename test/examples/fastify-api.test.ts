// examples/fastify-api, started as its README says and used over a socket. Needs the build.

import { join } from 'node:path'
import { type Auth, createAuth } from 'sessera'
import { memory } from 'sessera/memory'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '../../examples/fastify-api/app.js'
import { type ExampleProcess, startExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { call } from '../support/json-client.js'
import { silentLog } from '../support/silent-log.js'
import { hopelessBodies } from './bodies.js'

/** Fastify asks for a known type, reads no charset, and makes text of what its schema wants to be text. */
const otherwise: ReadonlyMap<string, number> = new Map([
  ['a form', 415],
  ['a charset that JSON does not have', 400],
  ['an unknown compression', 400],
  ['a number for a password', 401],
  ['a list for a username', 401],
  ['an impossible username', 400],
])

let folder: ReturnType<typeof makeFolder>
let app: ExampleProcess
let password: string

beforeAll(async () => {
  folder = makeFolder()
  app = await startExample({ name: 'fastify-api', database: join(folder.path, 'auth.db') })
  password = app.password ?? ''
})

afterAll(async () => {
  await app.stop()
  folder.remove()
})

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

const login = () => call(`${app.origin}/login`, { json: { username: 'ada', password } })
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

async function signedIn(): Promise<Tokens> {
  const { json } = await login()
  expect(json).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) })
  return json as Tokens
}

describe('signing in', () => {
  it('answers with the tokens', async () => {
    const { status, json } = await login()
    expect({ status, json }).toEqual({
      status: 200,
      json: {
        access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
        token_type: 'Bearer',
        expires_in: 300,
        refresh_token: expect.stringMatching(/^[\w-]{72}$/),
      },
    })
  })

  it.each(hopelessBodies)('with %s is refused politely', async (what, sent, status) => {
    const answer = await call(`${app.origin}/login`, sent)
    expect(answer).toMatchObject({ status: otherwise.get(what) ?? status, cookies: [] })
    // A problem document of ours, or what Fastify says of a body that its schema does not fit.
    expect(answer.json).toSatisfy((json) => (json.status ?? json.statusCode) === answer.status)
  })
})

describe('the tasks', () => {
  it('are those of whoever asks', async () => {
    const { access_token } = await signedIn()
    const headers = bearer(access_token)
    const title = 'Feed the cat'
    const json = { title, owner: 'somebody else' }
    const made = await call(`${app.origin}/tasks`, { json, headers })
    expect(made).toMatchObject({ status: 201, json: { title, owner: expect.not.stringContaining('else') } })
    expect(await call(`${app.origin}/tasks`, { headers })).toMatchObject({ status: 200, json: [made.json] })
    expect(await call(`${app.origin}/tasks`, { json: {}, headers })).toMatchObject({ status: 400 })
  })

  it('are for nobody without a token, and not in all for anybody without the role', async () => {
    const { access_token } = await signedIn()
    for (const sent of [{}, { json: { title: 'x' } }, { text: '{', method: 'POST' }]) {
      expect(await call(`${app.origin}/tasks`, sent)).toMatchObject({
        status: 401,
        json: { code: 'unauthenticated' },
      })
    }
    expect((await call(`${app.origin}/everything`)).status).toBe(401)
    expect(await call(`${app.origin}/everything`, { headers: bearer(access_token) })).toMatchObject({
      status: 403,
      json: { code: 'forbidden' },
    })
  })
})

it('the refresh token is traded for the next pair, and a sign-out ends both', async () => {
  const first = await signedIn()
  const refreshed = await call(`${app.origin}/auth/refresh`, { json: { refresh_token: first.refresh_token } })
  expect(refreshed.status).toBe(200)
  const headers = bearer((refreshed.json as Tokens).access_token)
  expect((await call(`${app.origin}/tasks`, { headers })).status).toBe(200)
  expect((await call(`${app.origin}/auth/logout`, { method: 'POST', headers })).status).toBe(204)
  expect(await call(`${app.origin}/tasks`, { headers })).toMatchObject({
    status: 401,
    json: { code: 'invalid_token' },
  })
})

it('an administrator sees the tasks of all', async () => {
  const auth: Auth = createAuth({ origin: 'http://localhost:3000', store: memory(), log: silentLog })
  const inProcess = await createApp(auth)
  onTestFinished(async () => {
    await inProcess.close()
    await auth.close()
  })
  await auth.users.create({ username: 'root', password: 'a few quiet words', roles: ['admin'] })
  const payload = { username: 'root', password: 'a few quiet words' }
  const { access_token } = (await inProcess.inject({ method: 'POST', url: '/login', payload })).json<Tokens>()
  const headers = bearer(access_token)
  const made = await inProcess.inject({ method: 'POST', url: '/tasks', payload: { title: 'Rest' }, headers })
  expect((await inProcess.inject({ url: '/everything', headers })).json()).toEqual([made.json()])
})
