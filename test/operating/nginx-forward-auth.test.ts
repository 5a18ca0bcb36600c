// examples/nginx-forward-auth with the real programs: nginx asks Sessera, and a Flask app that knows nothing of either greets
// whom nginx names. Needs the build.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExampleProcess, startExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { heldBy } from '../support/json-client.js'

const password = 'a few quiet words'
const folder = makeFolder()
let site: ExampleProcess

beforeAll(async () => {
  process.env['PYTHON'] = pythonWithFlask()
  if (spawnSync('nginx', ['-v']).status !== 0) throw new Error('Install nginx: apt-get install nginx')
  site = await startExample({ name: 'nginx-forward-auth', database: join(folder.path, 'auth.db') })
})

afterAll(async () => {
  await site?.stop()
  folder.remove()
})

function pythonWithFlask(): string {
  const found = ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import flask']).status === 0,
  )
  if (found === undefined) throw new Error('Install Flask: apt-get install python3-flask')
  return found
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** The path goes out as it is written: `fetch` would tidy it. */
async function ask(
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: object; body?: string } = {},
): Promise<Answer> {
  const { port } = new URL(site.origin)
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { Host: `localhost:${port}`, ...headers },
  })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) }
}

/** The Cookie header of a browser that has registered on Sessera's page. */
async function registered(username: string, mode = 'session'): Promise<{ readonly Cookie: string }> {
  const { status, headers } = await ask('/register', {
    method: 'POST',
    headers: { Origin: site.origin, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ username, password, mode }).toString(),
  })
  expect(status).toBe(303)
  return heldBy({ cookies: (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] ?? '') })
}

const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

describe('a stranger', () => {
  it('is sent to the form, where it is a page that they want', async () => {
    const page = await ask('/protected', { headers: { Accept: 'text/html,*/*;q=0.8' } })
    expect([page.status, new URL(page.headers.location ?? '', site.origin).href]).toEqual([
      303,
      `${site.origin}/`,
    ])
    expect((await ask('/')).text).toContain('<form')
  })

  it('is told 401 otherwise', async () => {
    expect(await ask('/protected')).toMatchObject({ status: 401, text: 'Sign in first.\n' })
  })

  it.each([
    ['X-Auth-User', 'root'],
    ['x-auth-user', 'root'],
    ['X_Auth_User', 'root'],
    ['X-Auth-User-Id', 'root'],
    ['Cookie', 'sessera-session=root'],
    ['Authorization', 'Bearer root'],
  ])('is not let in by a %s of their own', async (name, value) => {
    const { status, text: said } = await ask('/protected', { headers: { [name]: value } })
    expect([status, said]).toEqual([401, 'Sign in first.\n'])
  })

  it.each([
    '/x/../protected',
    '//protected',
    '/./protected',
    '/protected/',
    '/%70rotected',
    '/protected?x',
    '/_verify',
    '/x/../_verify',
  ])('finds no way around by %s', async (path) => {
    const { status, text: said } = await ask(path, { headers: { 'X-Auth-User': 'root' } })
    expect([401, 404]).toContain(status)
    expect(said).not.toContain('Hello')
  })
})

it('nobody chooses the id under which their requests are on record', async () => {
  const headers = { 'X-Request-Id': 'somebody-else' }
  const { 'x-request-id': id } = (await ask('/auth/me', { headers })).headers
  expect([typeof id, id === 'somebody-else']).toEqual(['string', false])
})

describe('whoever signed in on the page', () => {
  it('is greeted by the app, by name', async () => {
    const headers = await registered('ada')
    expect(await ask('/protected', { headers })).toMatchObject({ status: 200, text: 'Hello, ada!\n' })
  })

  it('is greeted by any name that there is', async () => {
    const headers = await registered('zoë <b>&%0a')
    expect((await ask('/protected', { headers })).text).toBe('Hello, zoë <b>&%0a!\n')
  })

  it('is greeted as themselves, whoever they claim to be', async () => {
    const headers = await registered('bob')
    for (const name of ['X-Auth-User', 'x-auth-user', 'X_Auth_User', 'X-Auth_User']) {
      expect((await ask('/protected', { headers: { ...headers, [name]: 'root' } })).text).toBe(
        'Hello, bob!\n',
      )
    }
  })

  it('may post from pages of this site, and no other site in their name', async () => {
    const headers = await registered('carl')
    const post = (more: object, body = 'x'.repeat(40_000)) =>
      ask('/protected/notes', { method: 'POST', headers: { ...headers, ...more }, body })
    expect(await post({ Origin: site.origin })).toMatchObject({ status: 200, text: 'Noted for carl.\n' })
    expect((await post(foreign)).status).toBe(403)
    expect((await post({ ...foreign, 'X-Original-Method': 'GET' })).status).toBe(403)
    expect((await post({ ...foreign, 'X-Forwarded-Method': 'GET' })).status).toBe(403)
    expect((await post({ Origin: 'null' })).status).toBe(403)
  })

  it('follows links of other sites, which open no WebSocket', async () => {
    const headers = { ...(await registered('dora')), Origin: 'https://evil.example' }
    const upgrade = { Upgrade: 'websocket', Connection: 'Upgrade' }
    expect((await ask('/protected', { headers })).status).toBe(200)
    expect((await ask('/protected', { headers: { ...headers, ...upgrade } })).status).toBe(403)
    const own = { ...headers, ...upgrade, Origin: site.origin }
    expect((await ask('/protected', { headers: own })).status).toBe(200)
  })

  it('is out at once after the sign-out', async () => {
    const headers = await registered('emil', 'hybrid')
    expect((await ask('/protected', { headers })).text).toBe('Hello, emil!\n')
    const out = await ask('/auth/logout', { method: 'POST', headers: { ...headers, Origin: site.origin } })
    expect(out.status).toBe(204)
    expect((await ask('/protected', { headers })).status).toBe(401)
  })
})

describe('an app with a token', () => {
  it('is greeted too, and learns from the refusal what is wrong with it', async () => {
    await registered('fay')
    const signedIn = await ask('/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'fay', password, mode: 'token' }),
    })
    const token: string = JSON.parse(signedIn.text).access_token
    const hello = await ask('/protected', { headers: { Authorization: `Bearer ${token}` } })
    expect(hello.text).toBe('Hello, fay!\n')
    const refused = await ask('/protected', { headers: { Authorization: `Bearer ${token}x` } })
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ])
  })
})
