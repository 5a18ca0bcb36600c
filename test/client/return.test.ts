// In every mode: a tab finds out by itself what it could not at first, and what has changed while it was put aside by the
// browser, where it hears nothing of other tabs.

import { describe, expect, it, vi } from 'vitest'
import type { Client } from '../../packages/sessera/src/client/types.js'
import { deferred } from '../http/raw-server.js'
import { password } from '../support/auth.js'
import { type AppServer, holdAnswer, refuse, startApp } from './api.js'
import { createBrowser } from './browser.js'

const ada = { username: 'ada', password }
const patience = { timeout: 10_000 }
const nameIn = ({ session }: Client): string | null | undefined =>
  session.current === null ? null : session.current?.user.username
const never = new Promise<never>(() => undefined)

const modes = [
  { mode: 'session', path: '/auth/me', question: 'GET /auth/me' },
  { mode: 'hybrid', path: '/auth/me', question: 'GET /auth/me' },
  { mode: 'token', path: '/auth/refresh', question: 'POST /auth/refresh' },
] as const

function isUnavailable(app: AppServer, path: string, retryAfter?: string): void {
  app.meddle = (req, res) => {
    if (req.url !== path) return false
    if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter)
    return refuse(res, 503, 'unavailable')
  }
}

describe.each(modes)('$mode mode, at a first look', ({ mode, path, question }) => {
  /** Ada has signed in; a tab of hers that is opened then rests until told. */
  async function open(retryAfter?: string) {
    const app = await startApp()
    const rests: { readonly ms: number; end(): void }[] = []
    const browser = createBrowser(app, {
      channels: false,
      rest: (ms) => {
        const { promise, resolve } = deferred<void>()
        rests.push({ ms, end: resolve })
        return promise
      },
    })
    await browser.openTab({ mode }).client.signIn(ada)
    const before = app.count(question)
    isUnavailable(app, path, retryAfter)
    const { client } = browser.openTab({ mode })
    client.session.subscribe(() => undefined)
    await vi.waitFor(() => expect(rests.length).toBe(1), patience)
    return { app, client, rests, asked: () => app.count(question) - before }
  }

  it('knows who it is once the server is well again', async () => {
    const { app, client, rests, asked } = await open()
    app.world.clock.advance('2s')
    rests[0]?.end()
    await vi.waitFor(() => expect(rests.length).toBe(2), patience)
    expect([nameIn(client), asked()]).toEqual([undefined, 2])
    app.meddle = null
    app.world.clock.advance('4s')
    rests[1]?.end()
    await vi.waitFor(() => expect(nameIn(client)).toBe('ada'), patience)
    expect([rests.length, asked()]).toEqual([2, 3])
  })

  it('waits for as long as the server wishes', async () => {
    const { rests } = await open('30')
    expect(rests[0]?.ms).toBeGreaterThanOrEqual(30_000)
    expect(rests[0]?.ms).toBeLessThanOrEqual(60_000)
  })
})

describe.each(modes)('a page in $mode mode that was put aside', ({ mode, path, question }) => {
  /** Two tabs of ada's that hear nothing of each other. */
  async function open() {
    const app = await startApp()
    const browser = createBrowser(app, { delivered: () => never, newsMs: 0 })
    const [away, other] = [browser.openTab({ mode }), browser.openTab({ mode }).client]
    await away.client.signIn(ada)
    await other.session.ready()
    return { app, browser, away, other }
  }

  it('shows nobody after a sign-out elsewhere', async () => {
    const { away, other } = await open()
    const changed = vi.fn()
    away.client.session.subscribe(changed)
    await other.signOut()
    expect(nameIn(away.client)).toBe('ada')
    away.comeBack('aside')
    await vi.waitFor(() => expect(nameIn(away.client)).toBeNull(), patience)
    expect(changed).toHaveBeenCalledTimes(1)
    expect((await away.client.fetch('/hello')).status).toBe(401)
  })

  it.each([
    ['was signed out', true],
    ['is of somebody else', false],
  ])('and %s shows who has signed in elsewhere', async (_, isSignedOut) => {
    const { app, away, other } = await open()
    await app.world.addUser('eve')
    if (isSignedOut) await away.client.signOut()
    await other.signIn({ ...ada, username: 'eve' })
    away.comeBack('aside')
    expect(await away.client.session.ready()).toMatchObject({ user: { username: 'eve' } })
    expect(await (await away.client.fetch('/hello')).text()).toBe('Hello, eve: ')
  })

  it('and was signed out makes its first request for who has signed in elsewhere', async () => {
    const { away, other } = await open()
    await away.client.signOut()
    await other.signIn(ada)
    away.comeBack('aside')
    expect(await (await away.client.fetch('/hello')).text()).toBe('Hello, ada: teller')
  })

  it('asks once where nothing has changed', async () => {
    const { app, away } = await open()
    const changed = vi.fn()
    away.client.session.subscribe(changed)
    const before = app.count(question)
    away.comeBack('aside')
    away.comeBack('no network')
    expect(await away.client.session.ready()).toMatchObject({ user: { username: 'ada' } })
    expect(app.count(question)).toBe(before + 1)
    expect(changed).not.toHaveBeenCalled()
  })

  it('does not believe an answer from before', async () => {
    const { app, browser, other } = await open()
    const { client, comeBack } = browser.openTab({ mode })
    const seen: unknown[] = []
    const { arrived, goOn } = holdAnswer(app, path)
    client.session.subscribe(() => seen.push(nameIn(client)))
    await arrived
    await app.world.auth.sessions.end(other.session.current?.sessionId ?? '')
    comeBack('aside')
    goOn()
    expect(await client.session.ready()).toBeNull()
    expect(seen).toEqual([null])
  })

  it('signs nobody out where it cannot ask, and its requests go on', async () => {
    const { app, away } = await open()
    isUnavailable(app, path)
    away.comeBack('aside')
    await expect(away.client.session.ready()).rejects.toMatchObject({ status: 503 })
    expect(nameIn(away.client)).toBe('ada')
    expect(await (await away.client.fetch('/hello')).text()).toBe('Hello, ada: teller')
  })
})

it('a page in token mode that was put aside is content with a token that looks older', async () => {
  const app = await startApp()
  const { client, comeBack } = createBrowser(app).openTab()
  await client.signIn(ada)
  const { clock } = app.world
  clock.setWall(clock.now() - 5000)
  comeBack('aside')
  expect(await client.session.ready()).toMatchObject({ user: { username: 'ada' } })
  expect(app.count('POST /auth/refresh')).toBe(1)
})
