// The one browser flow of every test run: a person without scripts registers, leaves, errs and comes back.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newVisitor, photograph, startBrowser } from '../support/browser.js'
import { makeFolder } from '../support/folder.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const folder = makeFolder()
let server: ServerProcess
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(folder.path), startBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  folder.remove()
})

it('register, see the name, sign out, sign in wrong, sign in right, see the sessions', async () => {
  const page = await newVisitor(browser)
  await page.goto(server.origin)
  await page.getByText('Not signed in').waitFor()
  await photograph(page, 'first-page')

  const register = page.getByRole('region', { name: 'Create an account' })
  await register.getByLabel('Username').fill('Ada')
  await register.getByLabel('Password').fill('a few quiet words')
  await register.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'You are signed in as Ada.' }).waitFor()
  expect(page.url()).toBe(`${server.origin}/`)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('Not signed in').waitFor()

  const signIn = page.getByRole('region', { name: 'Sign in' })
  await signIn.getByLabel('Username').fill('Ada')
  await signIn.getByLabel('Password').fill('some other words')
  await signIn.getByRole('radio', { name: 'hybrid' }).check()
  await signIn.getByRole('button', { name: 'Sign in' }).click()
  const alert = page.getByRole('alert')
  await alert.waitFor()
  expect(await alert.textContent()).toBe('The username or the password is wrong.')
  expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
  expect(await signIn.getByLabel('Username').inputValue()).toBe('Ada')
  expect(await signIn.getByLabel('Password').inputValue()).toBe('')
  expect(await signIn.getByRole('radio', { name: 'hybrid' }).isChecked()).toBe(true)
  await photograph(page, 'refused')

  const elsewhere = await newVisitor(browser)
  await elsewhere.goto(server.origin)
  const there = elsewhere.getByRole('region', { name: 'Sign in' })
  await there.getByLabel('Username').fill('ada')
  await there.getByLabel('Password').fill('a few quiet words')
  await there.getByRole('button', { name: 'Sign in' }).click()
  await elsewhere.getByRole('heading', { name: 'You are signed in as Ada.' }).waitFor()

  await signIn.getByLabel('Password').fill('a few quiet words')
  await signIn.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'You are signed in as Ada.' }).waitFor()
  expect(await page.getByRole('region', { name: 'This session' }).innerText()).toMatch(/Held as\s+hybrid/)
  expect(await page.getByRole('region', { name: 'Your other sessions' }).innerText()).toMatch(
    /session last seen/,
  )
  await photograph(page, 'signed-in')
})
