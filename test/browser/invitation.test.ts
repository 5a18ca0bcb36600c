// From an empty server to a second user, as people see it: the first administrator comes by a link, invites somebody, who
// sets a password and signs in. In a browser without scripts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newVisitor, photograph, startBrowser } from '../support/browser.js'
import { makeFolder } from '../support/folder.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const folder = makeFolder()
const bossPassword = 'a few quiet words'
const gracePassword = 'some other quiet words'
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

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.fill('#sign-in-username', username)
  await page.fill('#sign-in-password', password)
  await page.click('form[action="/sign-in"] button')
  await page.getByRole('heading', { name: `You are signed in as ${username}.` }).waitFor()
}

/** What the page says where it came from, in everything that it asks for. */
function watchReferers(page: Page): readonly string[] {
  const referers: string[] = []
  page.on('request', (request) => {
    void request.allHeaders().then(({ referer }) => referer !== undefined && referers.push(referer))
  })
  return referers
}

describe('an empty server', () => {
  let boss: Page
  let link: string

  it('gets its first administrator by the link that lies in its data folder', async () => {
    boss = await newVisitor(browser)
    await boss.goto(readFileSync(join(folder.path, 'setup-link'), 'utf8').trim())
    await boss.fill('#setup-username', 'Boss')
    await boss.fill('#setup-password', bossPassword)
    await boss.getByRole('button', { name: 'Create administrator' }).click()
    await boss.getByRole('heading', { name: 'Administrator created.' }).waitFor()
    expect(boss.url()).toBe(`${server.origin}/administrator-created`)
    await photograph(boss, 'administrator-created')
    await boss.getByRole('link', { name: 'Sign in' }).click()
    await signIn(boss, 'Boss', bossPassword)
  })

  it('lets that administrator invite somebody', async () => {
    const data = { username: 'Grace Hopper', email: 'grace@example.org', roles: ['teller'] }
    const reply = await boss.request.post(`${server.origin}/auth/admin/users`, { data })
    expect(reply.status()).toBe(201)
    const { invitation } = (await reply.json()) as { invitation: { link: string } }
    link = invitation.link
    expect(link).toContain(`${server.origin}/welcome?invitation=`)
  })

  it('lets whoever is invited set a password, without saying who it is for, and sign in', async () => {
    const grace = await newVisitor(browser, { viewport: { width: 390, height: 844 } })
    const referers = watchReferers(grace)
    await grace.goto(link)
    expect(await grace.locator('body').innerText()).not.toContain('Grace')
    await grace.fill('#welcome-password', 'too short')
    await grace.getByRole('button', { name: 'Set password' }).click()
    const alert = grace.getByRole('alert')
    await alert.waitFor()
    expect(await alert.innerText()).toContain('Use at least 15 characters.')
    expect(await grace.locator('#welcome-alert:focus').count()).toBe(1)
    expect(await grace.inputValue('#welcome-password')).toBe('')
    await photograph(grace, 'welcome-refused')
    await grace.fill('#welcome-password', gracePassword)
    await grace.keyboard.press('Enter')
    await grace.getByRole('heading', { name: 'Password set.' }).waitFor()
    expect(grace.url()).toBe(`${server.origin}/password-set`)
    expect(await grace.context().cookies()).toEqual([])
    await photograph(grace, 'password-set')
    expect(referers.filter((referer) => referer.includes('invitation'))).toEqual([])
    await grace.getByRole('link', { name: 'Sign in' }).click()
    await signIn(grace, 'Grace Hopper', gracePassword)
  })

  it('says kindly that a used link is over', async () => {
    const late = await newVisitor(browser)
    await late.goto(link)
    await late.fill('#welcome-password', 'yet another password of mine')
    await late.keyboard.press('Enter')
    await late.getByRole('heading', { name: 'This link does not work any more.' }).waitFor()
    expect(await late.getByRole('alert').innerText()).toContain('ask whoever invited you for a new link')
    await photograph(late, 'welcome-used')
  })
})
