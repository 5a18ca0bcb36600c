// examples/react-spa, built as for production and used by a person in Chromium; its API is examples/express-token on
// another origin. Needs the build.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Auth, createAuth } from 'sessera'
import { memory } from 'sessera/memory'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '../../examples/express-token/app.js'
import { newVisitor, photograph, startBrowser } from '../support/browser.js'
import { makeFolder } from '../support/folder.js'
import { freePort } from '../support/server-process.js'

const root = fileURLToPath(new URL('../../examples/react-spa/', import.meta.url))
const password = 'a few quiet words'
const folder = makeFolder()
const outDir = join(folder.path, 'dist')
let auth: Auth
let api: Server
let page: PreviewServer
let address: string

beforeAll(async () => {
  const [apiPort, pagePort] = [await freePort(), await freePort()]
  const origin = `http://localhost:${apiPort}`
  address = `http://localhost:${pagePort}`
  const secrets = ['a secret of this test, long enough for it']
  auth = createAuth({ origin, store: memory(), trustedOrigins: [address], secrets })
  await auth.users.create({ username: 'ada', password })
  api = createApp(auth).listen(apiPort, 'localhost')
  await once(api, 'listening')

  const quiet = { root, configFile: false, logLevel: 'silent', build: { outDir } } as const
  await build({ ...quiet, define: { 'import.meta.env.VITE_API': JSON.stringify(origin) } })
  page = await preview({ ...quiet, preview: { port: pagePort, strictPort: true } })
})

afterAll(async () => {
  await page?.close()
  api?.closeAllConnections()
  api?.close()
  await auth?.close()
  folder.remove()
})

it('is well typed', () => {
  const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))
  expect(spawnSync(tsc, ['-p', root], { encoding: 'utf8' })).toMatchObject({ stdout: '', status: 0 })
})

it('signs in wrong and right, asks the API, survives a reload, signs out in two tabs at once', async () => {
  const browser = await startBrowser()
  try {
    const tab = await newVisitor(browser, { javaScriptEnabled: true })
    await tab.goto(address)
    await tab.getByLabel('Username').fill('ada')
    await tab.getByLabel('Password').fill('some other words')
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByRole('alert').getByText('The username or the password is wrong.').waitFor()
    await photograph(tab, 'react-spa-refused')

    await tab.getByLabel('Password').fill(password)
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByText('You are signed in as ada.').waitFor()
    await tab.getByRole('button', { name: 'Ask the API' }).click()
    await tab.getByText('Welcome, ada').waitFor()
    await photograph(tab, 'react-spa-signed-in')

    await tab.reload()
    await tab.getByText('You are signed in as ada.').waitFor()
    const other = await tab.context().newPage()
    await other.goto(address)
    await other.getByRole('button', { name: 'Sign out' }).click()
    await Promise.all([tab, other].map((each) => each.getByLabel('Username').waitFor()))
  } finally {
    await browser.close()
  }
})
