// The two Express examples in Chromium, called across origins by the page that they trust and by one that they do not.
// All origins are on localhost, so the browser sends the cookies to all of them: SameSite protects nothing here.

import { join } from 'node:path'
import type { Browser, BrowserContext, Cookie, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startBrowser } from '../support/browser.js'
import { type ExampleProcess, startExample } from '../support/example-process.js'
import { makeFolder } from '../support/folder.js'
import { type StaticPage, serveStaticPage } from '../support/static-page.js'

let browser: Browser
let trustedPage: StaticPage
let strangePage: StaticPage
let context: BrowserContext
/** Of http://localhost:5173. */
let ours: Page
/** Of http://localhost:5174, in the same browser. */
let theirs: Page

beforeAll(async () => {
  trustedPage = await serveStaticPage(5173)
  strangePage = await serveStaticPage(5174)
  browser = await startBrowser()
})

afterAll(async () => {
  await browser.close()
  await Promise.all([trustedPage.close(), strangePage.close()])
})

beforeEach(async () => {
  context = await browser.newContext()
  ours = await context.newPage()
  theirs = await context.newPage()
  await Promise.all([ours.goto(trustedPage.url), theirs.goto(strangePage.url)])
})

afterEach(() => context.close())

/** The cookies that open something: not the one by which a browser is known again. */
async function credentials(): Promise<readonly Cookie[]> {
  return (await context.cookies()).filter(({ name }) => !name.startsWith('sessera-device'))
}

function useExample(name: string): { readonly app: () => ExampleProcess; readonly password: () => string } {
  let folder: ReturnType<typeof makeFolder>
  let app: ExampleProcess
  beforeAll(async () => {
    folder = makeFolder()
    app = await startExample({ name, database: join(folder.path, 'auth.db') })
  })
  afterAll(async () => {
    await app.stop()
    folder.remove()
  })
  return { app: () => app, password: () => app.password ?? '' }
}

interface Asked {
  readonly method?: string
  readonly json?: unknown
  readonly headers?: Record<string, string>
  readonly credentials?: 'include' | 'omit'
}

/** What a script of the page gets from fetch; `blocked` when the browser withholds the answer. */
function ask(page: Page, url: string, asked: Asked = {}): Promise<unknown> {
  return page.evaluate(
    async ({ url, asked: { method = 'GET', json, headers = {}, credentials = 'include' } }) => {
      try {
        const response = await fetch(url, {
          method,
          credentials,
          headers: json === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
          body: json === undefined ? null : JSON.stringify(json),
        })
        const text = await response.text()
        return { status: response.status, json: text === '' ? null : JSON.parse(text) }
      } catch (error) {
        return error instanceof TypeError ? 'blocked' : String(error)
      }
    },
    { url, asked },
  )
}

/**
 * Sends what needs no permission, as any page may. The status is what the server answered, seen by the debugger: the
 * page learns nothing.
 */
async function sendBlindly(page: Page, url: string, body: string): Promise<number> {
  const network = await context.newCDPSession(page)
  await network.send('Network.enable')
  const answered = new Promise<number>((resolve) => {
    network.once('Network.responseReceivedExtraInfo', ({ statusCode }) => resolve(statusCode))
  })
  await page.evaluate(
    ({ url, body }) =>
      fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).then(
        ({ type }) => type,
        () => 'blocked',
      ),
    { url, body },
  )
  const status = await answered
  await network.detach()
  return status
}

/** A form of the page, submitted to another origin. The browser goes there. */
async function submitForm(page: Page, url: string): Promise<number> {
  const answered = page.waitForResponse(url)
  await page.setContent(`<form method="post" action="${url}"><button>Win a prize</button></form>`)
  await page.click('button')
  return (await answered).status()
}

describe('express-session', () => {
  const { app, password } = useExample('express-session')
  const at = (path: string) => `${app().origin}${path}`
  const login = (page: Page) =>
    ask(page, at('/login'), { method: 'POST', json: { username: 'ada', password: password() } })
  const welcome = { status: 200, json: { message: 'Welcome, ada' } }
  const unauthorized = { status: 401, json: { message: 'Unauthorized' } }

  it('signs in, shows the dashboard, signs out, and shows it no more', async () => {
    expect(await ask(ours, at('/dashboard'))).toEqual(unauthorized)
    const wrong = { method: 'POST', json: { username: 'ada', password: 'not her password' } }
    expect(await ask(ours, at('/login'), wrong)).toEqual({
      status: 401,
      json: { message: 'Invalid credentials' },
    })
    expect(await login(ours)).toEqual({ status: 200, json: { message: 'Login successful' } })
    expect(await ask(ours, at('/dashboard'))).toEqual(welcome)
    const goodbye = { status: 200, json: { message: 'Logged out successfully' } }
    expect(await ask(ours, at('/logout'), { method: 'POST' })).toEqual(goodbye)
    expect(await ask(ours, at('/dashboard'))).toEqual(unauthorized)
    expect(await ask(ours, at('/logout'), { method: 'POST' })).toEqual(goodbye)
    expect(await credentials()).toEqual([])
  })

  it('keeps the cookie from scripts, and knows nobody without it', async () => {
    await login(ours)
    expect(await credentials()).toMatchObject([{ httpOnly: true, sameSite: 'Lax', domain: 'localhost' }])
    expect(await ours.evaluate('document.cookie')).toBe('')
    expect(await ask(ours, at('/dashboard'), { credentials: 'omit' })).toEqual(unauthorized)
    await ours.reload()
    expect(await ask(ours, at('/dashboard'))).toEqual(welcome)
  })

  it('tells a page that it does not trust nothing, though the browser sends the cookie', async () => {
    await login(ours)
    expect(await ask(theirs, at('/dashboard'))).toBe('blocked')
    expect(await ask(theirs, at('/auth/me'))).toBe('blocked')
    expect(await login(theirs)).toBe('blocked')
  })

  it('does nothing for such a page either', async () => {
    await login(ours)
    const before = await context.cookies()
    expect(await sendBlindly(theirs, at('/logout'), '')).toBe(403)
    expect(await sendBlindly(theirs, at('/auth/logout'), '')).toBe(403)
    const credentials = JSON.stringify({ username: 'ada', password: password() })
    expect(await sendBlindly(theirs, at('/auth/login'), credentials)).toBe(403)
    expect(await submitForm(theirs, at('/logout'))).toBe(403)
    expect(await context.cookies()).toEqual(before)
    expect(await ask(ours, at('/dashboard'))).toEqual(welcome)
  })
})

describe('express-token', () => {
  const { app, password } = useExample('express-token')
  const at = (path: string) => `${app().origin}${path}`
  const unauthorized = { status: 401, json: { message: 'Unauthorized' } }
  const welcome = { status: 200, json: { message: 'Welcome, ada' } }

  async function login(page: Page): Promise<string> {
    const answer = await ask(page, at('/login'), {
      method: 'POST',
      json: { username: 'ada', password: password() },
    })
    expect(answer).toEqual({ status: 200, json: { token: expect.any(String) } })
    return (answer as { json: { token: string } }).json.token
  }
  const dashboard = (page: Page, token: string) =>
    ask(page, at('/dashboard'), { headers: { Authorization: `Bearer ${token}` }, credentials: 'omit' })

  it('signs in, shows the dashboard to the token, signs out, and refuses the token from then on', async () => {
    expect(await ask(ours, at('/dashboard'))).toEqual(unauthorized)
    expect(await dashboard(ours, 'made.up.token')).toEqual(unauthorized)
    const token = await login(ours)
    expect(await dashboard(ours, token)).toEqual(welcome)
    expect(await ask(ours, at('/dashboard'))).toEqual(unauthorized)
    expect(await ask(ours, at('/auth/logout'), { method: 'POST' })).toEqual({ status: 204, json: null })
    expect(await dashboard(ours, token)).toEqual(unauthorized)
    expect(await credentials()).toEqual([])
  })

  it('keeps the refresh token from scripts, and gives the page the next token after a reload', async () => {
    await login(ours)
    expect(await credentials()).toMatchObject([{ httpOnly: true, sameSite: 'Lax', path: '/' }])
    expect(await ours.evaluate('document.cookie')).toBe('')
    await ours.reload()
    const answer = await ask(ours, at('/auth/refresh'), { method: 'POST' })
    expect(answer).toMatchObject({ status: 200, json: { access_token: expect.any(String) } })
    const { access_token: next } = (answer as { json: { access_token: string } }).json
    expect(await dashboard(ours, next)).toEqual(welcome)
  })

  it('neither shows nor does anything for a page that it does not trust, not even with the token', async () => {
    const token = await login(ours)
    expect(await dashboard(theirs, token)).toBe('blocked')
    expect(await ask(theirs, at('/auth/refresh'), { method: 'POST' })).toBe('blocked')
    expect(await sendBlindly(theirs, at('/auth/refresh'), '')).toBe(403)
    expect(await sendBlindly(theirs, at('/auth/logout'), '')).toBe(403)
    expect(await submitForm(theirs, at('/auth/logout'))).toBe(403)
    expect(await dashboard(ours, token)).toEqual(welcome)
    expect(await ask(ours, at('/auth/refresh'), { method: 'POST' })).toMatchObject({ status: 200 })
  })
})
