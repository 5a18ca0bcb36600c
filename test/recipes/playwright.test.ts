// The recipe for Playwright: a page that is signed in from the first request on, in real Chromium.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { createTestAuth } from 'sessera/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newVisitor, startBrowser } from '../support/browser.js'
import { createApp } from './app.js'

const server = createServer().listen(0)
const app = `http://localhost:${(server.address() as AddressInfo).port}`
const t = createTestAuth({ origin: app })
server.on('request', createApp(t.auth))

let browser: Browser

beforeAll(async () => {
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  server.closeAllConnections()
  server.close()
  await t.close()
})

test('the dashboard welcomes whoever is signed in', async () => {
  const page = await newVisitor(browser)
  const ada = await t.as({ username: 'ada' })
  await page.context().addCookies(ada.cookies)

  await page.goto(`${app}/dashboard`)
  expect(await page.textContent('body')).toBe('Welcome, ada')
})

test('in hybrid mode too, and the browser keeps what is renewed', async () => {
  const page = await newVisitor(browser)
  const ada = await t.as({ username: 'ada', mode: 'hybrid' })
  await page.context().addCookies(ada.cookies)
  t.clock.advance('6m')

  await page.goto(`${app}/dashboard`)
  expect(await page.textContent('body')).toBe('Welcome, ada')
  const access = async () =>
    (await page.context().cookies()).find(({ name }) => name.includes('access'))?.value
  expect(await access()).toEqual(expect.any(String))
  expect(await access()).not.toBe(ada.cookies.find(({ name }) => name.includes('access'))?.value)
})

test('in token mode the page exchanges the refresh cookie for a token of its own', async () => {
  const page = await newVisitor(browser, { javaScriptEnabled: true })
  await page.context().addCookies((await t.as({ username: 'ada', mode: 'token' })).cookies)

  await page.goto(app)
  expect(await dashboard(page)).toBe('Welcome, ada')
})

test('a page may do what the user may', async () => {
  const page = await newVisitor(browser, { javaScriptEnabled: true })
  await page.context().addCookies((await t.as({ roles: ['teller'] })).cookies)
  await page.goto(app)
  expect(await page.evaluate(`fetch('/transfer', { method: 'POST' }).then(({ status }) => status)`)).toBe(200)
})

test('signed out is signed out', async () => {
  const page = await newVisitor(browser)
  const ada = await t.as()
  await page.context().addCookies(ada.cookies)
  await t.auth.sessions.end(ada.sessionId)
  expect((await page.goto(`${app}/dashboard`))?.status()).toBe(401)
})

async function dashboard(page: Page): Promise<unknown> {
  return await page.evaluate(`(async () => {
    const { access_token } = await (await fetch('/auth/refresh', { method: 'POST' })).json()
    const headers = { Authorization: 'Bearer ' + access_token }
    return await (await fetch('/dashboard', { headers, credentials: 'omit' })).text()
  })()`)
}
