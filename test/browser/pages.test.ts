// What only a real browser can tell of the pages: whether they fit, whether they can be used without a mouse, and
// whether the browser enforces what the headers ask for.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newVisitor, photograph, startBrowser } from '../support/browser.js'
import { makeFolder } from '../support/folder.js'
import { freePort, type ServerProcess, startServer } from '../support/server-process.js'

const folder = makeFolder()
const password = 'a few quiet words'
const setupLink = join(folder.path, 'setup-link')
/** One that opens nothing: the page shows the form for whatever could be a link. */
const someLink = `invitation=${'A'.repeat(96)}`
let server: ServerProcess
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(folder.path), startBrowser()])
  const page = await newVisitor(browser)
  await enter(page, { form: 'register', username: 'Grace Hopper' })
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  folder.remove()
})

interface Entering {
  readonly form?: 'register' | 'sign-in'
  readonly username?: string
  readonly words?: string
  readonly mode?: 'session' | 'token' | 'hybrid'
}

async function enter(
  page: Page,
  { form = 'sign-in', username = 'Grace Hopper', words = password, mode = 'session' }: Entering,
): Promise<void> {
  await page.goto(server.origin)
  await page.fill(`#${form}-username`, username)
  await page.fill(`#${form}-password`, words)
  await page.check(`form[action="/${form}"] input[value="${mode}"]`)
  await page.click(`form[action="/${form}"] button`)
}

const views: readonly { view: string; open: (page: Page) => Promise<void> }[] = [
  { view: 'forms', open: async (page) => void (await page.goto(server.origin)) },
  { view: 'refused', open: (page) => enter(page, { words: 'wrong words' }) },
  { view: 'session', open: (page) => enter(page, { mode: 'hybrid' }) },
  {
    view: 'tokens',
    async open(page) {
      await enter(page, { mode: 'token' })
      await page.click('summary')
    },
  },
  { view: 'welcome', open: async (page) => void (await page.goto(`${server.origin}/welcome?${someLink}`)) },
  {
    view: 'welcome-over',
    async open(page) {
      await page.goto(`${server.origin}/welcome?${someLink}`)
      await page.fill('#welcome-password', password)
      await page.click('button')
    },
  },
  { view: 'welcome-incomplete', open: async (page) => void (await page.goto(`${server.origin}/welcome`)) },
  { view: 'setup', open: async (page) => void (await page.goto(readFileSync(setupLink, 'utf8').trim())) },
  {
    view: 'setup-refused',
    async open(page) {
      await page.goto(readFileSync(setupLink, 'utf8').trim())
      await page.fill('#setup-username', 'Grace Hopper')
      await page.fill('#setup-password', 'too short')
      await page.click('button')
    },
  },
  {
    view: 'password-set',
    open: async (page) => void (await page.goto(`${server.origin}/password-set`)),
  },
  { view: 'nothing', open: async (page) => void (await page.goto(`${server.origin}/nothing`)) },
]

const screens = [
  { screen: 'phone', options: { viewport: { width: 390, height: 844 }, colorScheme: 'light' } },
  { screen: 'narrow-phone', options: { viewport: { width: 320, height: 640 }, colorScheme: 'dark' } },
  { screen: 'desktop', options: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' } },
] as const

describe.each(screens)('on a $screen', ({ screen, options }) => {
  it.each(views)('$view fits, and breaks no rule of its own policy', async ({ view, open }) => {
    const page = await newVisitor(browser, options)
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await open(page)
    await photograph(page, `${view}-${screen}`)
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    expect(overflow).toBe(0)
    // Chromium reports every 4xx of a page itself as an error, too.
    // And it would like a username beside every password, which the page for invitations must not tell.
    expect(
      complaints.filter((text) => !/^(?:Failed to load resource|\[DOM\] Password forms)/.test(text)),
    ).toEqual([])
    await page.context().close()
  })
})

describe('the style sheet', () => {
  it('is let in by its hash', async () => {
    const page = await newVisitor(browser)
    await page.goto(server.origin)
    const columns = await page.evaluate("getComputedStyle(document.querySelector('.cards')).display")
    expect(columns).toBe('grid')
  })

  it.each(['light', 'dark'] as const)(
    'gives every text enough contrast in %s (WCAG 2.2, 1.4.3)',
    async (colorScheme) => {
      const page = await newVisitor(browser, { colorScheme })
      for (const { open } of views) {
        await open(page)
        expect(await page.evaluate(poorContrasts)).toEqual([])
        await page.context().clearCookies()
      }
    },
  )
})

describe('without a mouse', () => {
  it('a person gets from the name through the modes to the button, and in', async () => {
    const page = await newVisitor(browser)
    await page.goto(server.origin)
    await page.focus('#sign-in-username')
    await page.keyboard.type('Grace Hopper')
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('Sign in')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You are signed in as Grace Hopper.' }).waitFor()
    expect(await page.locator('.badge').first().innerText()).toBe('hybrid')
  })

  it('every field has a name, and says to password managers what it is', async () => {
    const page = await newVisitor(browser)
    await page.goto(server.origin)
    const fields = page.locator('input:not([type="radio"])')
    const told = await fields.evaluateAll((inputs) =>
      (inputs as unknown as { labels: { textContent: string }[]; autocomplete: string }[]).map(
        ({ labels, autocomplete }) => [labels[0]?.textContent, autocomplete],
      ),
    )
    expect(told).toEqual([
      ['Username', 'username'],
      ['Password', 'new-password'],
      ['Username', 'username'],
      ['Password', 'current-password'],
    ])
  })
})

describe('a name that is a script', () => {
  it('is read, not run, even where scripts are allowed', async () => {
    const page = await newVisitor(browser, { javaScriptEnabled: true })
    const dialogs: string[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
    const username = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    await enter(page, { form: 'register', username })
    expect(await page.locator('h1').innerText()).toBe(`You are signed in as ${username}.`)
    expect(await page.locator('main img, script').count()).toBe(0)
    expect(dialogs).toEqual([])
  })
})

describe('a form on another site', () => {
  let evil: Server
  let evilOrigin: string

  beforeAll(async () => {
    const port = await freePort()
    evil = createServer((req, res) => {
      const [path, fields] = forged(req.url ?? '/')
      res.setHeader('Content-Type', 'text/html')
      res.end(`<form method="post" action="${server.origin}${path}">${fields}<button>Win</button></form>`)
    }).listen(port, '127.0.0.1')
    await once(evil, 'listening')
    evilOrigin = `http://127.0.0.1:${port}`
  })

  afterAll(() => evil.close())

  function forged(path: string): readonly [string, string] {
    const hidden = (name: string, value: string): string =>
      `<input type="hidden" name="${name}" value="${value}">`
    if (path === '/sign-out') return [path, hidden('token', 'guess')]
    return [
      path,
      hidden('username', 'Grace Hopper') + hidden('password', password) + hidden('mode', 'session'),
    ]
  }

  it.each(['/sign-in', '/register', '/sign-out'])('achieves nothing at %s', async (path) => {
    const page = await newVisitor(browser)
    await enter(page, {})
    const before = await page.context().cookies()
    await page.goto(`${evilOrigin}${path}`)
    await page.click('button')
    expect(page.url()).toBe(`${server.origin}${path}`)
    expect(await page.getByRole('alert').innerText()).toBe(
      'The request comes from a web page that is not trusted here.',
    )
    expect(await page.context().cookies()).toEqual(before)
    await page.goto(server.origin)
    await page.getByRole('heading', { name: 'You are signed in as Grace Hopper.' }).waitFor()
  })

  it('cannot show the page in a frame', async () => {
    const page = await newVisitor(browser)
    await page.goto(evilOrigin)
    await page.setContent(`<iframe src="${server.origin}"></iframe>`)
    const frame = page.frames()[1]
    await frame?.waitForLoadState()
    expect(await frame?.getByText('Sessera').count()).toBe(0)
  })
})

describe('the forms', () => {
  it('are sent with our origin, on which older browsers rest', async () => {
    const page = await newVisitor(browser)
    const origins: (string | undefined)[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST')
        void request.allHeaders().then((headers) => origins.push(headers['origin']))
    })
    await enter(page, { mode: 'hybrid' })
    await page.click('form[action="/sign-out"] button')
    await page.getByText('Not signed in').waitFor()
    expect(origins).toEqual([server.origin, server.origin])
  })
})

/** In the page: texts whose contrast to what lies behind them is below 4.5 (3 for large ones). */
const poorContrasts = `(() => {
  const parse = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => [r, g, b]
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor)
      if (alpha === 1) return [r, g, b]
    }
    return [255, 255, 255]
  }
  const poor = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!own) continue
    const { color, fontSize } = getComputedStyle(element)
    const [light, dark] = [luminance(parse(color)), luminance(behind(element))].sort((a, b) => b - a)
    const ratio = (light + 0.05) / (dark + 0.05)
    if (ratio < (parseFloat(fontSize) >= 24 ? 3 : 4.5)) poor.push(element.textContent.trim() + ' ' + ratio.toFixed(2))
  }
  return poor
})()`
