// The pages behind links: the first administrator, and whoever is invited. Against the server as it starts, in this process.

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.js'
import { tellOfFirstAdministrator } from '../../packages/server/src/first-administrator.js'
import type { Logger } from '../../packages/server/src/logger.js'
import { type Running, startServer } from '../../packages/server/src/server.js'
import type { Reply } from '../support/client.js'
import { makeFolder } from '../support/folder.js'
import { freePort } from '../support/server-process.js'
import { password, Visitor, wordsOf } from './visitor.js'

const folder = makeFolder()
const auditLog = join(folder.path, 'audit.log')
const lines: string[] = []
const write = (message: string, fields: object = {}): void =>
  void lines.push(`${message} ${JSON.stringify(fields)}`)
const log: Logger = {
  debug: write,
  info: write,
  warn: write,
  error: write,
  announce: write,
  setLevel: () => undefined,
}
let origin: string
let running: Running | null = null

async function start(): Promise<void> {
  const port = await freePort()
  const config = parseConfig({ PORT: String(port), SESSERA_DATA: folder.path, SESSERA_AUDIT_LOG: auditLog })
  origin = config.origin
  running = await startServer({ config, secrets: ['a secret for tests, and long enough'], log })
}

beforeAll(start)

afterAll(async () => {
  await running?.close()
  folder.remove()
})

const linkFile = join(folder.path, 'setup-link')
const linkOf = (): URL => new URL(readFileSync(linkFile, 'utf8').trim())
const visit = (): Visitor => new Visitor(origin)

function hiddenIn({ text }: Reply): { readonly invitation: string; readonly token: string } {
  const hiddenValue = (name: string): string =>
    new RegExp(`<input type="hidden" name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? ''
  return { invitation: hiddenValue('invitation'), token: hiddenValue('token') }
}

/** The link's form, as the page shows it. */
async function formAt({ pathname, search }: URL): Promise<ReturnType<typeof hiddenIn>> {
  const page = await visit().get(pathname + search)
  expect(page.status).toBe(200)
  return hiddenIn(page)
}

let guests = 0

async function invite(username = `guest ${++guests}`): Promise<URL> {
  const root = visit()
  await root.signIn('Boss')
  const users = await root.send('POST', '/auth/admin/users', { json: { username } })
  expect(users.status).toBe(201)
  return new URL(JSON.parse(users.text).invitation.link)
}

describe('a server without an administrator', () => {
  it('says where the link is, keeps it from everyone else, and writes it into no log', () => {
    const { origin: host, pathname, searchParams } = linkOf()
    expect([host, pathname]).toEqual([origin, '/setup'])
    const said = lines.filter((line) => line.includes('There is no administrator yet.'))
    expect(said).toEqual([
      `There is no administrator yet. Within 24 hours, open the link in ${linkFile} to create one. {}`,
    ])
    const told = lines.join('\n') + readFileSync(auditLog, 'utf8')
    expect(told).not.toContain((searchParams.get('token') ?? '').slice(0, 16))
    expect(statSync(linkFile).mode & 0o777).toBe(0o600)
  })

  it('shows the link on a terminal instead, and keeps none', async () => {
    const other = makeFolder()
    const shown: string[] = []
    const auth = {
      users: {
        inviteFirstAdministrator: async () => ({ token: 'the-token', link: null, expiresAt: 0 }),
      },
    } as unknown as Parameters<typeof tellOfFirstAdministrator>[0]['auth']
    const before = lines.length
    writeFileSync(join(other.path, 'setup-link'), 'of an earlier start')
    const terminal = { write: (text: string) => shown.push(text) }
    await tellOfFirstAdministrator({
      auth,
      config: { origin: 'https://auth.example', dataFolder: other.path },
      log,
      terminal,
    })
    expect(shown).toEqual([
      'There is no administrator yet. Create one within 24 hours at: https://auth.example/setup?token=the-token\n',
    ])
    expect(lines).toHaveLength(before)
    expect(() => statSync(join(other.path, 'setup-link'))).toThrow('ENOENT')
    other.remove()
  })

  it('shows a form that refuses a weak password and keeps the name, not the password', async () => {
    const hidden = await formAt(linkOf())
    const page = await visit().post('/setup', { ...hidden, username: 'Boss', password: 'boss boss' })
    expect([page.status, wordsOf(page).includes('Use at least 15 characters.')]).toEqual([400, true])
    expect(page.text).toContain('value="Boss"')
    expect(page.text).not.toContain('boss boss')
    expect(hiddenIn(page)).toEqual(hidden)
  })

  it('creates one administrator, who signs in; then the link is over', async () => {
    const hidden = await formAt(linkOf())
    const visitor = visit()
    const reply = await visitor.post('/setup', { ...hidden, username: 'Boss', password })
    expect([reply.status, reply.headers.get('location'), reply.setCookies]).toEqual([
      303,
      '/administrator-created',
      [],
    ])
    expect(wordsOf(await visitor.get('/administrator-created'))).toContain(
      'Administrator created. Sign in with',
    )
    expect(wordsOf(await visitor.get())).toContain('Not signed in')
    await visitor.signIn('Boss')
    expect((await visitor.get('/auth/admin/users')).status).toBe(200)
    const second = await visit().post('/setup', { ...hidden, username: 'other', password })
    expect(second.status).toBe(401)
    expect(wordsOf(second)).toMatch(
      /This link does not work any more\. It has been used, .* start the server again/,
    )
  })

  it('has no link any more at its next start', async () => {
    await running?.close()
    lines.length = 0
    await start()
    expect(() => statSync(linkFile)).toThrow('ENOENT')
    expect(lines.join('\n')).not.toContain('There is no administrator yet.')
  })
})

describe('whoever is invited', () => {
  it('sets a password at the link and signs in with it', async () => {
    const link = await invite('grace')
    expect([link.origin, link.pathname]).toEqual([origin, '/welcome'])
    const visitor = visit()
    const page = await visitor.get(link.pathname + link.search)
    expect(wordsOf(page)).toContain('Set your password.')
    expect(page.text).not.toContain('grace')
    const reply = await visitor.post('/welcome', { ...hiddenIn(page), password })
    expect([reply.status, reply.headers.get('location'), reply.setCookies]).toEqual([
      303,
      '/password-set',
      [],
    ])
    expect(wordsOf(await visitor.get('/password-set'))).toContain('Password set. Sign in with your username')
    await visitor.signIn('grace')
    expect(wordsOf(await visitor.get())).toContain('You are signed in as grace.')
  })

  it('is on record with the address and the request, but not with the link', async () => {
    const link = await invite()
    const hidden = await formAt(link)
    await visit().post('/welcome', { ...hidden, password })
    const recorded = readFileSync(auditLog, 'utf8')
    const lastLine = recorded.trim().split('\n').at(-1) ?? ''
    expect(JSON.parse(lastLine)).toMatchObject({
      event: 'authn_password_change',
      cause: 'invitation',
      ip: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
      requestId: expect.stringMatching(/^[\w-]{22}$/),
    })
    expect(recorded).not.toContain(hidden.invitation.slice(0, 16))
  })

  it('is told kindly when the link has been used', async () => {
    const link = await invite('hedy')
    const hidden = await formAt(link)
    await visit().post('/welcome', { ...hidden, password })
    const page = await visit().post('/welcome', { ...hidden, password: `${password} and more` })
    expect(page.status).toBe(401)
    expect(wordsOf(page)).toMatch(/does not work any more\. .* ask whoever invited you for a new link/)
    expect((await visit().signIn('hedy')).status).toBe(303)
  })

  it.each([
    { what: 'short', name: 'ida', typed: 'short', says: 'Use at least 15 characters.' },
    { what: 'the own name', name: 'ida, the invited', typed: 'ida, the invited', says: 'your username' },
  ])('may try again after a password that is $what', async ({ name, typed, says }) => {
    const link = await invite(name)
    const hidden = await formAt(link)
    const page = await visit().post('/welcome', { ...hidden, password: typed })
    expect(page.status).toBe(400)
    expect(page.text).toMatch(/<p class="alert" role="alert"[^>]* tabindex="-1"/)
    expect(wordsOf(page)).toContain(says)
    expect(page.text).not.toContain(typed)
    expect(hiddenIn(page)).toEqual(hidden)
    expect((await visit().post('/welcome', { ...hidden, password })).status).toBe(303)
  })

  it.each([
    ['without a token', '/welcome'],
    ['with an empty token', '/welcome?invitation='],
    ['with half of it', '/welcome?invitation=abc'],
    ['with two', `/welcome?invitation=${'a'.repeat(60)}&invitation=${'b'.repeat(60)}`],
    ['with something else', '/welcome?invitation=%3Cscript%3Ealert(1)%3C/script%3E'],
    ['for an administrator, without a token', '/setup'],
  ])('is told to use the whole link when it comes %s', async (_how, path) => {
    const page = await visit().get(path)
    expect([page.status, page.headers.get('referrer-policy')]).toEqual([400, 'no-referrer'])
    expect(wordsOf(page)).toMatch(/This link is not complete\. Open it exactly as it was sent/)
    expect(page.text).not.toContain('<form')
    expect(page.text).not.toContain('alert(1)')
  })

  it('may have a link to which a mail program has added something', async () => {
    const { pathname, search } = await invite()
    expect((await visit().get(`${pathname}${search}&utm_source=mail`)).status).toBe(200)
  })
})

describe('every answer behind a link', () => {
  it('tells nobody where it came from, is kept nowhere, and runs nothing', async () => {
    const link = await invite()
    const hidden = await formAt(link)
    for (const reply of [
      await visit().get(link.pathname + link.search),
      await visit().get('/welcome'),
      await visit().post('/welcome', { ...hidden, password: 'short' }),
      await visit().post('/welcome', { ...hidden, password }),
      await visit().post('/welcome', { ...hidden, password }),
    ]) {
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'sha256-[^']+'; /),
      })
      expect(reply.text).not.toMatch(/<script|src="http|href="http/)
    }
  })
})

describe('a form that was not shown for this link', () => {
  it.each([
    { from: 'another site', headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } },
    { from: 'a sibling host', headers: { 'sec-fetch-site': 'same-site' } },
  ])('from $from is refused, and the link still works', async ({ headers }) => {
    const hidden = await formAt(await invite())
    expect((await visit().post('/welcome', { ...hidden, password }, headers)).status).toBe(403)
    expect(
      (
        await visit().post(
          '/welcome',
          { ...hidden, password },
          { 'sec-fetch-site': 'same-origin', origin: 'null' },
        )
      ).status,
    ).toBe(303)
  })

  it.each([
    { what: 'no form token', alter: { token: '' } },
    { what: 'another form token', alter: { token: 'A'.repeat(43) } },
    { what: 'another invitation', alter: { invitation: 'A'.repeat(100) } },
  ])('with $what is refused', async ({ alter }) => {
    const hidden = await formAt(await invite())
    const page = await visit().post('/welcome', { ...hidden, ...alter, password })
    expect(page.status).toBe(403)
    expect(wordsOf(page)).toContain('This form was not shown for this link. Open the link again.')
  })

  it('but for the other page is refused', async () => {
    const hidden = await formAt(await invite())
    const fields = { ...hidden, username: 'olga', password }
    expect((await visit().post('/setup', fields)).status).toBe(403)
  })

  it.each([
    { what: 'a field too many', extra: { username: 'x' } },
    { what: 'a role', extra: { roles: 'admin' } },
  ])('with $what is refused', async ({ extra }) => {
    const hidden = await formAt(await invite())
    expect((await visit().post('/welcome', { ...hidden, password, ...extra })).status).toBe(400)
  })
})

describe('too many attempts at a link', () => {
  it('are told when to come back, with the form for then', async () => {
    const forged = `/welcome?invitation=${'A'.repeat(100)}`
    const hidden = hiddenIn(await visit().get(forged))
    const attempt = (): Promise<Reply> => visit().post('/welcome', { ...hidden, password })
    let page = await attempt()
    for (let attempts = 0; attempts < 200 && page.status === 401; attempts++) page = await attempt()
    expect(page.status).toBe(429)
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(wordsOf(page)).toMatch(
      /Too many attempts\. Wait, then try again\. (?:\d+|One) (?:minutes?|seconds?) will do\./,
    )
    expect(hiddenIn(page)).toEqual(hidden)
  })
})
