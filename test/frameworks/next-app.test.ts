// examples/next-app as its README says: built once for production, started, and used over a socket, as a browser would
// before any script has run. Installs Next on demand. Needs the build.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installOnDemand } from '../../scripts/install-on-demand.mjs'
import { Client, type Reply } from '../support/client.js'
import { freePort } from '../support/server-process.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'examples/next-app')
const bob = { username: 'bob', password: 'some words that bob knows' }
const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const

let app: string
let server: ChildProcess
let closed: Promise<unknown>
let origin: string
let password: string

beforeAll(async () => {
  app = await buildApp()
  const port = await freePort()
  origin = `http://localhost:${port}`
  server = spawn(process.execPath, [next(), 'start', '-H', 'localhost', '-p', String(port)], {
    cwd: app,
    env: { ...env, PORT: String(port), DATABASE: join(app, 'auth.db') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closed = once(server, 'close')
  password = await passwordIn(server)
  await client().send('POST', '/auth/register', { json: bob })
}, 300_000)

afterAll(async () => {
  server?.kill('SIGKILL')
  await closed
  if (app !== undefined) rmSync(app, { recursive: true, force: true })
})

/** A copy of the example beside an installed Next, with the library as `npm install` puts it: not as a link. */
async function buildApp(): Promise<string> {
  const { dependencies } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'))
  const packages = ['next', 'react', 'react-dom'].map((name) => `${name}@${dependencies[name]}`)
  const copy = mkdtempSync(join(await installOnDemand('next', packages), 'app-'))
  const isSource = (path: string): boolean => !/(?:node_modules|\.next|auth\.db.*)$/.test(path)
  cpSync(example, copy, { recursive: true, filter: isSource })
  for (const part of ['package.json', 'dist']) {
    cpSync(join(root, 'packages/sessera', part), join(copy, 'node_modules/sessera', part), {
      recursive: true,
    })
  }
  app = copy
  const building = { ...env, DATABASE: join(copy, 'built.db') }
  await promisify(execFile)(process.execPath, [next(), 'build'], { cwd: copy, env: building })
  return copy
}

function next(): string {
  return join(app, '../node_modules/next/dist/bin/next')
}

async function passwordIn({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('The server prints nowhere.')
  const printed: string[] = []
  for await (const line of createInterface({ input: stdout })) {
    printed.push(line)
    const [, found] = /^Created the user ada\. .*: (\S+)$/.exec(line) ?? []
    if (found === undefined) continue
    stdout.resume()
    return found
  }
  throw new Error(`The server ended before it was ready:\n${printed.join('\n')}`)
}

/** Nothing is added to what the request says, and redirects are answers like others. */
function serve(request: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = Object.fromEntries(request.headers)
    const outgoing = httpRequest(request.url, { method: request.method, headers, agent: false }, (answer) => {
      const own = new Headers()
      const raw = answer.rawHeaders
      for (let i = 0; i < raw.length; i += 2) own.append(raw[i] ?? '', raw[i + 1] ?? '')
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        const status = answer.statusCode ?? 0
        const body = status === 204 || status === 304 ? null : Buffer.concat(chunks)
        resolve(new Response(body, { status, headers: own }))
      })
    })
    outgoing.on('error', reject)
    request.arrayBuffer().then((body) => outgoing.end(Buffer.from(body)), reject)
  })
}

const client = (): Client => new Client(origin, serve)
const ownPage = (): Record<string, string> => ({ origin, 'sec-fetch-site': 'same-origin' })

/** Sends a form of the page as a browser without scripts does: with the hidden fields that name its action. */
async function submit(
  person: Client,
  page: string,
  fields: Readonly<Record<string, string>>,
  { button, headers = ownPage() }: { readonly button: string; readonly headers?: Record<string, string> },
): Promise<Reply> {
  const { text } = await person.send('GET', page)
  const form = [...text.matchAll(/<form.*?<\/form>/gs)]
    .map(([html]) => html)
    .find((html) => html.includes(button))
  if (form === undefined) throw new Error(`${page} has no form with "${button}":\n${text}`)
  const body = new FormData()
  for (const [, name = '', value = ''] of form.matchAll(
    /<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/g,
  )) {
    body.append(name, value.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))
  }
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  const sent = new Request(origin, { method: 'POST', body })
  const type = sent.headers.get('content-type') ?? ''
  return await person.send('POST', page, {
    text: await sent.text(),
    headers: { ...headers, 'content-type': type },
  })
}

const signIn = (person: Client, who: Readonly<Record<string, string>>, headers?: Record<string, string>) =>
  submit(person, '/sign-in', who, { button: 'Sign in', ...(headers === undefined ? {} : { headers }) })

async function signedIn(
  who: Readonly<Record<string, string>> = { username: 'ada', password },
): Promise<Client> {
  const person = client()
  await signIn(person, who)
  return person
}

/** What a cookie is kept by, however it is spelled; Next adds the Expires that goes with a Max-Age. */
function kept(setCookies: readonly string[]): readonly string[] {
  return setCookies
    .map((line) => {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split('=')
      const known = attributes
        .map((attribute) => attribute.toLowerCase())
        .filter((text) => !text.startsWith('expires'))
      return [name, value === '' ? 'cleared' : 'set', ...known.sort()].join(' ')
    })
    .sort()
}

describe('signing in by a Server Action', () => {
  it('opens the dashboard, by the cookies that the API would set', async () => {
    const person = client()
    const reply = await signIn(person, { username: 'ada', password })
    expect(reply.status).toBe(303)
    expect(reply.headers.get('location')).toBe('/dashboard')
    expect(reply.headers.get('cache-control')).toContain('no-store')
    const api = await client().login('ada', password)
    expect(api.status).toBe(200)
    expect(kept(reply.setCookies)).toEqual(kept(api.setCookies))
    expect(kept(api.setCookies)).toHaveLength(4)
    expect((await person.send('GET', '/dashboard')).text).toContain('Welcome, ada')
  })

  it('with a wrong password is told so, on the page itself, and sets nothing', async () => {
    const reply = await signIn(client(), { username: 'ada', password: 'not her password' })
    expect(reply.text).toMatch(/<p role="alert">[^<]+<\/p>/)
    expect(reply).toMatchObject({ status: 200, setCookies: [] })
  })

  it.each<[from: string, headers: Record<string, string>]>([
    ['a sibling', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('on behalf of a page of %s is refused, even with the right password', async (_, headers) => {
    const reply = await signIn(client(), { username: 'ada', password }, headers)
    expect(reply.text).toMatch(/<p role="alert">[^<]*not trusted[^<]*<\/p>/)
    expect(reply.setCookies).toEqual([])
  })
})

describe('a page', () => {
  it('that is guarded is rendered for each request: for nobody, for ada, for bob', async () => {
    const [ada, guest] = [await signedIn(), await signedIn(bob)]
    for (let times = 0; times < 3; times++) {
      const [hers, his, nobodys] = await Promise.all(
        [ada, guest, client()].map((person) => person.send('GET', '/dashboard')),
      )
      expect(hers?.text).toContain('Welcome, ada')
      expect(his?.text).toContain('Welcome, bob')
      expect(nobodys).toMatchObject({ status: 307 })
      expect(nobodys?.text).not.toMatch(/Welcome, (?:ada|bob)/)
      for (const reply of [hers, his, nobodys])
        expect(reply?.headers.get('cache-control')).toMatch(/^private, .*no-store/)
    }
  })

  it('that is guarded is never made when the app is built, and the build opens no store', () => {
    const { routes } = JSON.parse(readFileSync(join(app, '.next/prerender-manifest.json'), 'utf8'))
    expect(Object.keys(routes)).toContain('/sign-in')
    expect(Object.keys(routes)).not.toContain('/dashboard')
    expect(Object.keys(routes)).not.toContain('/')
    expect(existsSync(join(app, 'built.db'))).toBe(false)
  })

  it('may be opened from anywhere: a link is no forgery', async () => {
    const person = await signedIn()
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    }
    expect((await person.send('GET', '/dashboard', { headers })).text).toContain('Welcome, ada')
  })

  it('sets no cookie: one that is due waits for the next route handler', async () => {
    const person = client()
    const { setCookies } = await person.login('ada', password, { mode: 'hybrid' })
    const cookies = Object.entries(person.held.cookies).filter(([name]) => !name.includes('sessera-access'))
    const later = person.copy({ cookies: Object.fromEntries(cookies) })
    const page = await later.send('GET', '/dashboard')
    expect(page.text).toContain('Welcome, ada')
    expect(page.setCookies).toEqual([])
    const answer = await later.send('GET', '/api/me')
    expect(answer.body).toEqual({ username: 'ada' })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    const isAccess = (line: string): boolean => line.includes('sessera-access')
    expect(kept(answer.setCookies.filter(isAccess))).toEqual(kept(setCookies.filter(isAccess)))
    expect((await later.send('GET', '/api/me')).setCookies).toEqual([])
  })

  it('is shown what the action before it has changed, to this person alone', async () => {
    const person = await signedIn()
    const reply = await submit(person, '/dashboard', { note: 'buy milk' }, { button: 'Keep' })
    expect(reply.text).toContain('buy milk')
    expect((await person.send('GET', '/dashboard')).text).toContain('buy milk')
    expect((await (await signedIn()).send('GET', '/dashboard')).text).not.toContain('buy milk')
  })

  it('keeps an action that a foreign page has sent from doing anything', async () => {
    const person = await signedIn()
    const foreign = { button: 'Keep', headers: { 'sec-fetch-site': 'same-site' } }
    expect((await submit(person, '/dashboard', { note: 'forged' }, foreign)).status).toBe(500)
    expect((await person.send('GET', '/dashboard')).text).not.toContain('forged')
  })
})

describe('a route handler', () => {
  it('answers who may, and refuses the others with a problem document', async () => {
    expect((await (await signedIn(bob)).send('GET', '/api/me')).body).toEqual({ username: 'bob' })
    const reply = await client().send('GET', '/api/me')
    expect(reply).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  it('takes a token as well', async () => {
    const person = client()
    await person.login('ada', password, { mode: 'token' })
    const json = { amount: 5 }
    expect((await person.send('POST', '/api/transfer', { json })).body).toEqual({ from: 'ada', amount: 5 })
  })

  it('is not reached by a page of another origin that borrows a cookie', async () => {
    const person = await signedIn()
    const transfer = async (headers: Record<string, string>) =>
      (await person.send('POST', '/api/transfer', { json: { amount: 5 }, headers })).status
    expect(await transfer(ownPage())).toBe(200)
    expect(await transfer({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await transfer({ origin: 'http://localhost:5174', 'sec-fetch-site': 'same-site' })).toBe(403)
  })

  it.each<[what: string, cookie: (own: string) => string, status: number]>([
    ['twice', (own) => `${own}; ${own}`, 400],
    ['made up', (own) => own.replace(/=.*/, `=${'A'.repeat(72)}`), 401],
    [
      'encoded',
      (own) => own.replace(/=(.)/, (_, first: string) => `=%${first.charCodeAt(0).toString(16)}`),
      401,
    ],
  ])('refuses a session cookie that is %s, and so does a page', async (_, change, status) => {
    const person = await signedIn()
    const [own = ''] = (person.headers()['cookie'] ?? '')
      .split('; ')
      .filter((pair) => pair.includes('sessera-session'))
    const headers = { cookie: change(own) }
    expect((await client().send('GET', '/api/me', { headers })).status).toBe(status)
    expect((await client().send('GET', '/dashboard', { headers })).text).not.toContain('Welcome, ada')
  })
})

describe('the API', () => {
  it('is served below /auth, with the documents for other libraries', async () => {
    const person = await signedIn()
    expect((await person.me()).body).toMatchObject({ username: 'ada', mode: 'session' })
    expect((await person.send('GET', '/auth/nothing')).status).toBe(404)
    expect((await person.send('GET', '/auth/login')).status).toBe(405)
    expect(JSON.parse((await person.send('GET', '/.well-known/jwks.json')).text)).toMatchObject({
      keys: [{}],
    })
  })
})

describe('signing out by a Server Action', () => {
  it('clears the cookies, ends the session, and shows the page of nobody', async () => {
    const person = await signedIn()
    const before = person.copy()
    const goOn = 'Go on, <!-- -->ada'
    expect((await person.send('GET', '/')).text).toContain(goOn)
    const reply = await submit(person, '/', {}, { button: 'Sign out' })
    expect(reply.status).toBe(200)
    expect(reply.text).not.toContain(goOn)
    expect(reply.text).toContain('<a href="/sign-in">Sign in</a>')
    expect(kept(reply.setCookies)).toEqual(kept((await client().logout()).setCookies))
    expect((await before.send('GET', '/api/me')).status).toBe(401)
    expect((await before.send('GET', '/dashboard')).status).toBe(307)
  })
})
