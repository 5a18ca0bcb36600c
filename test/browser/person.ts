// A person at a browser, and what scripts of the pages before them do: the same for Chromium and for Firefox.
// Invariant: everybody comes with an empty profile: no cookie, no cache, no history.

import type { Browser } from 'playwright-core'
import { startBrowser } from '../support/browser.js'
import { type Firefox, launchFirefox, unwrapped } from './marionette.js'
import { type Authority, hosts } from './web.js'

export interface Tab {
  /** As typed into the address bar. Resolves when the page is loaded. */
  open(url: string): Promise<void>
  /** The value of an expression in the page; a promise is awaited. */
  run(expression: string): Promise<unknown>
  /** Resolves when the page that it leads to is loaded. */
  click(selector: string): Promise<void>
  /** What is to be read in the frame of that number. */
  textOfFrame(index: number): Promise<string>
}

export interface Cookie {
  readonly name: string
  readonly value: string
  /** Begins with a dot when the hosts below have it too. */
  readonly domain: string
}

export interface Person {
  newTab(): Promise<Tab>
  /** Of every host. */
  cookies(): Promise<readonly Cookie[]>
  leave(): Promise<void>
}

/** One browser that runs. In Firefox there is one person at a time. */
export interface People {
  newPerson(): Promise<Person>
  close(): Promise<void>
}

export interface Kind {
  readonly name: 'Chromium' | 'Firefox'
  launch(authority: Authority): Promise<People>
}

export const kinds: readonly Kind[] = [
  { name: 'Chromium', launch: inChromium },
  { name: 'Firefox', launch: inFirefox },
]

/** Chromium in which the hosts of the small web are there, and trusted. */
export function startChromium({ keyHash }: Authority): Promise<Browser> {
  return startBrowser({
    args: ['--host-resolver-rules=MAP *.test 127.0.0.1', `--ignore-certificate-errors-spki-list=${keyHash}`],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

async function inChromium(authority: Authority): Promise<People> {
  const browser = await startChromium(authority)
  return { newPerson: () => personInChromium(browser), close: () => browser.close() }
}

async function personInChromium(browser: Browser): Promise<Person> {
  const context = await browser.newContext()
  return {
    async newTab() {
      const page = await context.newPage()
      return {
        open: async (url) => void (await page.goto(url)),
        run: (expression) => page.evaluate(expression),
        click: async (selector) =>
          void (await Promise.all([page.waitForEvent('load'), page.click(selector)])),
        textOfFrame: async (index) => (await page.mainFrame().childFrames()[index]?.innerText('body')) ?? '',
      }
    },
    cookies: () => context.cookies(),
    leave: () => context.close(),
  }
}

async function inFirefox({ certificate }: Authority): Promise<People> {
  const firefox = await launchFirefox({
    'network.dns.localDomains': hosts.join(),
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'app.update.disabledForTesting': true,
    'datareporting.policy.dataSubmissionEnabled': false,
  })
  await firefox.privileged(`
    Cc['@mozilla.org/security/x509certdb;1'].getService(Ci.nsIX509CertDB)
      .addCertFromBase64(${JSON.stringify(certificate)}, 'C,,')
    arguments[0]()`)
  return { newPerson: () => personInFirefox(firefox), close: () => firefox.close() }
}

async function personInFirefox(firefox: Firefox): Promise<Person> {
  const handles: string[] = []
  return {
    async newTab() {
      const opened = await firefox.command('WebDriver:NewWindow', { type: 'tab' })
      const handle = (opened as { handle: string }).handle
      handles.push(handle)
      const command = async (name: string, parameters: object): Promise<unknown> => {
        await firefox.command('WebDriver:SwitchToWindow', { handle })
        return unwrapped(await firefox.command(name, parameters))
      }
      const find = async (selector: string): Promise<unknown> => {
        const found = await command('WebDriver:FindElement', { using: 'css selector', value: selector })
        return Object.values(found as object)[0]
      }
      return {
        open: async (url) => void (await command('WebDriver:Navigate', { url })),
        run: (expression) =>
          command('WebDriver:ExecuteScript', { script: `return (${expression})`, args: [] }),
        click: async (selector) =>
          void (await command('WebDriver:ElementClick', { id: await find(selector) })),
        async textOfFrame(index) {
          await command('WebDriver:SwitchToFrame', { id: index })
          const script = 'return document.body.innerText'
          const text = unwrapped(await firefox.command('WebDriver:ExecuteScript', { script, args: [] }))
          await firefox.command('WebDriver:SwitchToFrame', { id: null })
          return String(text)
        },
      }
    },
    async cookies() {
      const found = await firefox.privileged(
        'arguments[0](Services.cookies.cookies.map(({ name, value, host }) => ({ name, value, domain: host })))',
      )
      return found as readonly Cookie[]
    },
    async leave() {
      for (const handle of handles) {
        await firefox.command('WebDriver:SwitchToWindow', { handle })
        await firefox.command('WebDriver:CloseWindow')
      }
      const [left] = (await firefox.command('WebDriver:GetWindowHandles')) as string[]
      await firefox.command('WebDriver:SwitchToWindow', { handle: left })
      await firefox.privileged(`
        const resolve = arguments[0]
        Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, { onDataDeleted: resolve })`)
    },
  }
}
