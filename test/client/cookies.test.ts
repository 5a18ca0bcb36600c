// Session and hybrid mode: the cookies do the work, and the client knows whose they are, in every tab.

import { describe, expect, it, vi } from 'vitest'
import type { Client } from '../../packages/sessera/src/client/types.js'
import { password } from '../support/auth.js'
import { holdRequest, refuse, startApp } from './api.js'
import { createBrowser } from './browser.js'

const ada = { username: 'ada', password }
const whoIs = 'GET /auth/me'
const patience = { timeout: 10_000 }
const nameIn = ({ session }: Client): string | null | undefined =>
  session.current === null ? null : session.current?.user.username

describe.each(['session', 'hybrid'] as const)('%s mode', (mode) => {
  async function open() {
    const app = await startApp()
    const browser = createBrowser(app)
    const [one, two] = [browser.openTab({ mode }).client, browser.openTab({ mode }).client]
    return { app, browser, one, two }
  }

  async function signedIn() {
    const opened = await open()
    await opened.one.signIn(ada)
    await vi.waitFor(() => expect(nameIn(opened.two)).toBe('ada'), patience)
    return opened
  }

  it('knows nobody, and asks once', async () => {
    const { app, one } = await open()
    expect(one.session.current).toBeUndefined()
    expect(await Promise.all([one.session.ready(), one.session.ready()])).toEqual([null, null])
    expect(app.count(whoIs)).toBe(1)
  })

  it('signs in, in all tabs, and the requests of the app are let in', async () => {
    const { app, one, two } = await signedIn()
    expect(one.session.current).toEqual({
      user: { id: expect.any(String), username: 'ada', roles: ['teller'] },
      sessionId: expect.any(String),
    })
    expect(await (await two.fetch('/hello')).text()).toBe('Hello, ada: teller')
    expect(app.count(whoIs)).toBe(0)
    expect(app.bearers.every((bearer) => bearer === undefined)).toBe(true)
  })

  it('is known again after a reload', async () => {
    const { browser, one } = await signedIn()
    const { client } = browser.openTab({ mode })
    expect(await client.session.ready()).toEqual(one.session.current)
  })

  it('outlives its access token', async () => {
    const { app, one } = await signedIn()
    app.world.clock.advance('30m')
    expect((await one.fetch('/hello')).status).toBe(200)
  })

  it('signs out, in all tabs', async () => {
    const { one, two } = await signedIn()
    const changed = vi.fn()
    two.session.subscribe(changed)
    await one.signOut()
    expect(nameIn(one)).toBeNull()
    await vi.waitFor(() => expect(nameIn(two)).toBeNull(), patience)
    expect(changed).toHaveBeenCalledTimes(1)
    expect((await two.fetch('/hello')).status).toBe(401)
  })

  it('signs out in all tabs from one that did not know yet who it is', async () => {
    const { browser, two } = await signedIn()
    await browser.openTab({ mode }).client.signOut()
    await vi.waitFor(() => expect(nameIn(two)).toBeNull(), patience)
  })

  it('lets somebody else sign in, in all tabs', async () => {
    const { app, one, two } = await signedIn()
    await app.world.addUser('eve')
    await two.signIn({ ...ada, username: 'eve' })
    await vi.waitFor(() => expect(nameIn(one)).toBe('eve'), patience)
  })

  it('makes an account', async () => {
    const { one } = await open()
    await one.signUp({ username: 'grace', password })
    expect(nameIn(one)).toBe('grace')
  })

  it('notices by a 401 that the session has ended, and asks once for all', async () => {
    const { app, one, two } = await signedIn()
    await app.world.auth.sessions.end(one.session.current?.sessionId ?? '')
    const answers = await Promise.all(Array.from({ length: 20 }, () => one.fetch('/hello')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    expect([nameIn(one), app.count(whoIs)]).toEqual([null, 1])
    await vi.waitFor(() => expect(nameIn(two)).toBeNull(), patience)
    await one.fetch('/hello')
    expect(app.count(whoIs)).toBe(1)
  })

  it('does not take a 401 for more than it says', async () => {
    const { app, one } = await signedIn()
    app.world.clock.advance('2m')
    expect((await one.fetch('/proven')).status).toBe(401)
    expect([nameIn(one), app.count(whoIs)]).toEqual(['ada', 1])
    await one.reauthenticate(password)
    expect((await one.fetch('/proven')).status).toBe(200)
  })

  it.each([
    ['a server in trouble', 503, 'unavailable'],
    ['a proxy that asks for a password of its own', 401, 'none_of_ours'],
  ])('signs nobody out for %s', async (_, status, code) => {
    const { app, one } = await signedIn()
    await app.world.auth.sessions.end(one.session.current?.sessionId ?? '')
    app.meddle = (req, res) => req.url === '/auth/me' && refuse(res, status, code)
    expect((await one.fetch('/hello')).status).toBe(401)
    expect(nameIn(one)).toBe('ada')
    app.meddle = null
    await one.fetch('/hello')
    expect(nameIn(one)).toBeNull()
  })

  it('does not believe what was asked before somebody signed in', async () => {
    const { app, one } = await open()
    const { arrived, goOn } = holdRequest(app, '/auth/me', (res) => refuse(res, 401, 'unauthenticated'))
    const asked = one.session.ready()
    await arrived
    await one.signIn(ada)
    goOn()
    expect(await asked).toMatchObject({ user: { username: 'ada' } })
    expect(nameIn(one)).toBe('ada')
  })

  it('without a network throws what fetch throws, and signs nobody out', async () => {
    const { browser, one } = await signedIn()
    browser.isOnline = false
    await expect(one.fetch('/hello')).rejects.toBeInstanceOf(TypeError)
    await expect(one.signOut()).rejects.toBeInstanceOf(TypeError)
    expect(nameIn(one)).toBe('ada')
  })
})
