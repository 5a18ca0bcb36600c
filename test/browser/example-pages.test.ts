// The pages of examples/express-hybrid and examples/websocket-chat in Chromium: forms, the one script, sockets in two tabs,
// and a page of another origin that tries.

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createApp as createShopApp } from '../../examples/express-hybrid/app.js'
import { createApp as createChat } from '../../examples/websocket-chat/app.js'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { createWorld, password, type World } from '../support/auth.js'
import { newVisitor, photograph, startBrowser } from '../support/browser.js'
import { freePort } from '../support/server-process.js'
import { serveStaticPage } from '../support/static-page.js'

let browser: Browser

beforeAll(async () => {
  browser = await startBrowser()
})

afterAll(() => browser.close())

interface Site {
  readonly world: World
  readonly origin: string
}

async function serve(listen: (auth: Auth, port: number) => Server): Promise<Site> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const world = await createWorld({ origin, registration: 'open' })
  const server = listen(world.auth, port)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { world, origin }
}

async function visitor(origin: string): Promise<Page> {
  const page = await newVisitor(browser, { javaScriptEnabled: true })
  onTestFinished(() => page.context().close())
  page.context().setDefaultTimeout(15_000)
  await page.goto(origin)
  return page
}

it('the shop: sign in, fill the cart, send money, and prove again after five minutes', async () => {
  const { world, origin } = await serve((auth, port) => createShopApp(auth).listen(port, 'localhost'))
  const page = await visitor(origin)
  await page.getByLabel('Username').fill('ada')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Welcome, ada' }).waitFor()

  await page.getByLabel('Item').fill('<b>tea</b>')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByText('<b>tea</b>').waitFor()
  await photograph(page, 'example-shop')

  const send = async (): Promise<void> => {
    await page.getByLabel('Send').fill('5')
    await page.getByLabel('to', { exact: true }).fill('bob & "co"')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }
  await send()
  await page.getByText('ada sent 5 to bob & "co".').waitFor()
  await page.getByRole('link', { name: 'Back' }).click()

  world.clock.advance(301_000)
  await send()
  await page.getByRole('heading', { name: 'Is it still you?' }).waitFor()
  await photograph(page, 'example-shop-proof')
  await page.getByLabel('Password').fill('not her password')
  await page.getByRole('button').click()
  await page.getByText('The username or the password is wrong.').waitFor()
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button').click()
  await page.getByText('ada sent 5 to bob & "co".').waitFor()

  await page.getByRole('link', { name: 'Back' }).click()
  expect(await page.getByRole('listitem').allTextContents()).toEqual(['<b>tea</b>'])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
})

it('the chat: two tabs talk, one signs out, both are out; a page of another origin gets no socket', async () => {
  const { origin } = await serve((auth, port) => createChat(auth).listen(port, 'localhost'))
  const page = await visitor(origin)
  await page.getByLabel('Username').fill('eve')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('You are eve.').waitFor()

  const tab = await page.context().newPage()
  await tab.goto(origin)
  await tab.getByText('You are eve.').waitFor()
  await tab.getByLabel('Say').fill('hello <i>you</i>')
  await tab.getByRole('button', { name: 'Send' }).click()
  await page.getByText('eve: hello <i>you</i>').waitFor()
  await photograph(page, 'example-chat')

  // Of the same site, so that SameSite does not keep the cookie back: only the origin is another.
  const stranger = await serveStaticPage(await freePort())
  onTestFinished(() => stranger.close())
  const theirs = await page.context().newPage()
  await theirs.goto(stranger.url)
  const opened = await theirs.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url)
        socket.addEventListener('open', () => resolve('open'))
        socket.addEventListener('error', () => resolve('refused'))
      }),
    `${origin.replace('http', 'ws')}/chat`,
  )
  expect(opened).toBe('refused')

  await tab.getByRole('button', { name: 'Sign out' }).click()
  for (const each of [tab, page]) await each.getByText('You have been signed out.').waitFor()
})
