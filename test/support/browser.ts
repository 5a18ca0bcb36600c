// Real Chromium, without a network of its own and without scripts unless a test asks for them.

import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const screenshots = fileURLToPath(new URL('../../test-results/screenshots/', import.meta.url))

export interface BrowserSettings {
  readonly args?: readonly string[]
  /** What Playwright would have switched off, or on. */
  readonly ignoreDefaultArgs?: readonly string[]
}

export async function startBrowser({
  args = [],
  ignoreDefaultArgs = [],
}: BrowserSettings = {}): Promise<Browser> {
  return await chromium.launch({
    ignoreDefaultArgs: [...ignoreDefaultArgs],
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  })
}

/** A page in a profile of its own, as a new visitor has it. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 1180, height: 860 },
    ...options,
  })
  context.setDefaultTimeout(5000)
  return await context.newPage()
}

/** Saves what the page looks like as test-results/screenshots/<name>.png. */
export async function photograph(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: `${screenshots}${name}.png`, fullPage: true })
}
