// Several tabs of one browser: whoever is first asks, the others hear; and nobody waits for long, whatever befell the first.

import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import type { Client } from '../../packages/sessera/src/client/types.js'
import { password } from '../support/auth.js'
import { type AppServer, answer, holdAnswer, holdRequest, refuse, startApp } from './api.js'
import { type BrowserOptions, createBrowser, createLocks, type FakeBrowser } from './browser.js'

const ada = { username: 'ada', password }
const refresh = 'POST /auth/refresh'
const patience = { timeout: 10_000 }

interface Tabs {
  readonly app: AppServer
  readonly browser: FakeBrowser
  readonly one: Client
  readonly two: Client
}

/** Two tabs of ada's. */
async function openTabs(options: BrowserOptions = {}): Promise<Tabs> {
  const app = await startApp()
  const browser = createBrowser(app, options)
  const [one, two] = [browser.openTab().client, browser.openTab().client]
  await one.signIn(ada)
  await two.session.ready()
  return { app, browser, one, two }
}

/** `holdNews`: from now on nobody hears anything, until what it answers with is called. */
async function openTabsThatHearLate(): Promise<Tabs & { holdNews(): () => void }> {
  let held: (() => void)[] | null = null
  const delivered = (): Promise<void> =>
    new Promise((resolve) => {
      if (held === null) resolve()
      else held.push(resolve)
    })
  const tabs = await openTabs({ delivered, newsMs: 50 })
  return {
    ...tabs,
    holdNews() {
      const own: (() => void)[] = []
      held = own
      return () => {
        held = null
        for (const deliver of own) deliver()
      }
    },
  }
}

const atOnce = (...clients: Client[]): Promise<number[]> =>
  Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: 20 }, async () => (await client.fetch('/hello')).status),
    ),
  )
const nameIn = ({ session }: Client): string | null | undefined =>
  session.current === null ? null : session.current?.user.username

const kinds: readonly (readonly [what: string, options: BrowserOptions])[] = [
  ['with locks', {}],
  ['without locks, by a lease', { locks: null }],
  ['whose locks are refused', { locks: { request: () => Promise.reject(new Error('SecurityError')) } }],
]

describe.each(kinds)('tabs %s', (_, options) => {
  it('are signed in together', async () => {
    const { app, two } = await openTabs(options)
    expect(nameIn(two)).toBe('ada')
    expect(app.count(refresh)).toBe(0)
  })

  it('are all served, and signed in', async () => {
    const { app, one, two } = await openTabs(options)
    for (let round = 0; round < 3; round++) {
      app.world.clock.advance('5m')
      expect(new Set(await atOnce(one, two))).toEqual(new Set([200]))
    }
    expect([nameIn(one), nameIn(two)]).toEqual(['ada', 'ada'])
  })

  it('leave nothing behind, and no token anywhere that stays', async () => {
    const { app, browser, one, two } = await openTabs(options)
    app.world.clock.advance('5m')
    await atOnce(one, two)
    expect([...browser.notes]).toEqual([])
  })
})

const late: BrowserOptions = { delivered: () => pause(50) }

it.each([...kinds.slice(0, 2), ['that hear late', late] as const])(
  'tabs %s refresh once for all',
  async (_, options) => {
    const { app, browser, one, two } = await openTabs(options)
    const three = browser.openTab().client
    await three.session.ready()
    await browser.heard()
    const before = app.count(refresh)
    app.world.clock.advance('5m')
    expect(new Set(await atOnce(one, two, three))).toEqual(new Set([200]))
    expect(app.count(refresh)).toBe(before + 1)
  },
)

describe('a sign-out', () => {
  it('is one in all tabs, at once and without a request', async () => {
    const { app, one, two } = await openTabs()
    const changed = vi.fn()
    two.session.subscribe(changed)
    await one.signOut()
    await vi.waitFor(() => expect(nameIn(two)).toBeNull(), patience)
    expect(changed).toHaveBeenCalledTimes(1)
    expect(app.count(refresh)).toBe(0)
    expect((await two.fetch('/hello')).status).toBe(401)
  })

  it('by a tab that did not know yet who it is, is one too', async () => {
    const { browser, two } = await openTabs()
    await browser.openTab().client.signOut()
    await vi.waitFor(() => expect(nameIn(two)).toBeNull(), patience)
  })

  it.each([
    ['knows who it is', 'begun', holdRequest],
    ['does not know', 'begun', holdRequest],
    ['knows who it is', 'been answered', holdAnswer],
    ['does not know', 'been answered', holdAnswer],
  ] as const)('of a tab that %s wins against a refresh of another that has %s', async (what, _, hold) => {
    const { app, browser, one, two } = await openTabs()
    const leaving = what === 'does not know' ? browser.openTab().client : one
    app.world.clock.advance('5m')
    const { arrived, goOn } = hold(app, '/auth/refresh')
    const greeting = two.fetch('/hello')
    await arrived
    await leaving.signOut()
    await vi.waitFor(() => expect(nameIn(two)).toBeNull(), patience)
    goOn()
    expect((await greeting).status).toBe(401)
    expect([nameIn(one), nameIn(two)]).toEqual([null, null])
  })

  it('is not undone by the news of an earlier refresh that comes late', async () => {
    const { app, one, two, holdNews } = await openTabsThatHearLate()
    app.world.clock.advance('5m')
    const deliver = holdNews()
    await one.fetch('/hello')
    await two.signOut()
    deliver()
    await vi.waitFor(() => expect(nameIn(one)).toBeNull(), patience)
    expect([nameIn(one), nameIn(two)]).toEqual([null, null])
  })

  it('by a tab that did not know who it is, is not undone by them either', async () => {
    const { app, browser, one, two, holdNews } = await openTabsThatHearLate()
    app.world.clock.advance('5m')
    const deliver = holdNews()
    await one.fetch('/hello')
    browser.tell({ ended: '' })
    deliver()
    await browser.heard()
    expect([nameIn(one), nameIn(two)]).toEqual([null, null])
  })
})

it('news of a token that has grown old on the way are taken for what they are', async () => {
  const { app, browser, one, two, holdNews } = await openTabsThatHearLate()
  app.world.clock.advance('5m')
  const deliver = holdNews()
  await one.fetch('/hello')
  app.world.clock.advance('6m')
  deliver()
  await browser.heard()
  expect((await two.fetch('/hello')).status).toBe(200)
  expect(app.asked).not.toContain('GET /hello 401')
})

describe('somebody else who signs in at one tab', () => {
  it('is there in all of them, without a moment of nobody', async () => {
    const { app, one, two } = await openTabs()
    await app.world.addUser('eve')
    const seen: unknown[] = []
    two.session.subscribe(() => seen.push(nameIn(two)))
    await one.signIn({ ...ada, username: 'eve' })
    await vi.waitFor(() => expect(nameIn(two)).toBe('eve'), patience)
    expect(seen).toEqual(['eve'])
    expect(await (await two.fetch('/hello')).text()).toBe('Hello, eve: ')
  })

  it.each([
    ['an open', 'begun', holdRequest],
    ['a new', 'begun', holdRequest],
    ['an open', 'been answered', holdAnswer],
    ['a new', 'been answered', holdAnswer],
  ] as const)('at %s tab is not driven out by a refresh of the first that has %s', async (what, _, hold) => {
    const { app, browser, one, two } = await openTabs({ locks: null, notes: null })
    const entering = what === 'a new' ? browser.openTab().client : one
    await app.world.addUser('eve')
    app.world.clock.advance('5m')
    const { arrived, goOn } = hold(app, '/auth/refresh')
    const greeting = two.fetch('/hello')
    await arrived
    await entering.signIn({ ...ada, username: 'eve' })
    await vi.waitFor(() => expect(nameIn(two)).toBe('eve'), patience)
    goOn()
    expect((await greeting).status).toBe(401)
    expect([nameIn(one), nameIn(two)]).toEqual(['eve', 'eve'])
  })

  it('does nothing that the first had asked for', async () => {
    const { app, one, two } = await openTabs()
    await app.world.addUser('eve')
    const { arrived, goOn } = holdRequest(app, '/echo')
    const order = two.fetch('/echo', { method: 'POST', body: 'in the name of ada' })
    await arrived
    await one.signIn({ ...ada, username: 'eve' })
    await vi.waitFor(() => expect(nameIn(two)).toBe('eve'), patience)
    goOn()
    expect((await order).status).toBe(401)
    expect(app.count('POST /echo')).toBe(1)
  })

  it('stays, though the first leaves elsewhere at that moment', async () => {
    const { app, one, two } = await openTabs()
    await app.world.addUser('eve')
    const { arrived, goOn } = holdRequest(app, '/auth/logout', (res) => answer(res, 204))
    const left = one.signOut()
    await arrived
    await two.signIn({ ...ada, username: 'eve' })
    await vi.waitFor(() => expect(nameIn(one)).toBe('eve'), patience)
    goOn()
    await left
    expect([nameIn(one), nameIn(two)]).toEqual(['eve', 'eve'])
  })

  it('stays, though news of the first come late', async () => {
    const { app, browser, one, two, holdNews } = await openTabsThatHearLate()
    await app.world.addUser('eve')
    app.world.clock.advance('5m')
    const deliver = holdNews()
    await two.fetch('/hello')
    await one.signIn({ ...ada, username: 'eve' })
    const changed = vi.fn()
    one.session.subscribe(changed)
    deliver()
    await browser.heard()
    expect(changed).not.toHaveBeenCalled()
    expect(await (await one.fetch('/hello')).text()).toBe('Hello, eve: ')
  })
})

describe('a refused refresh', () => {
  it('signs out in all tabs, and is asked for once', async () => {
    const { app, one, two } = await openTabs()
    const before = app.count(refresh)
    await app.world.auth.sessions.end(one.session.current?.sessionId ?? '')
    app.world.clock.advance('5m')
    expect(new Set(await atOnce(one, two))).toEqual(new Set([401]))
    expect([nameIn(one), nameIn(two)]).toEqual([null, null])
    expect(app.count(refresh)).toBe(before + 1)
  })

  it('that was none, but a server in trouble, leaves every tab to itself', async () => {
    const { app, one, two } = await openTabs()
    app.world.clock.advance('5m')
    app.meddle = (req, res) => req.url === '/auth/refresh' && refuse(res, 503, 'unavailable')
    const failed = await Promise.allSettled([one.fetch('/hello'), two.fetch('/hello')])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect([nameIn(one), nameIn(two)]).toEqual(['ada', 'ada'])
    app.meddle = null
    app.world.clock.advance('1s')
    expect(new Set(await atOnce(one, two))).toEqual(new Set([200]))
  })
})

describe('a tab that holds the lock and is not heard of again', () => {
  /** The first holder never lets go. */
  async function holdForEver(name: string): Promise<ReturnType<typeof createLocks>> {
    const locks = createLocks()
    void locks.request(name, {}, () => new Promise(() => undefined))
    return locks
  }

  it('keeps the others waiting for a while, no longer', async () => {
    const app = await startApp()
    const locks = await holdForEver(`sessera ${app.origin}/auth`)
    const { client } = createBrowser(app, { locks, waitMs: 50 }).openTab()
    await client.signIn(ada)
    app.world.clock.advance('5m')
    expect((await client.fetch('/hello')).status).toBe(200)
  })

  it.each<[what: string, note: (now: number) => string, patience: BrowserOptions]>([
    ['of a moment ago', (now) => `${now + 10_000} somebody`, { waitMs: 0 }],
    ['of a clock that was set back', (now) => `${now + 3_600_000} somebody`, {}],
    ['that has passed', (now) => `${now - 1} somebody`, {}],
    ['that is nonsense', () => 'nonsense', {}],
  ])('nor longer with a lease %s', async (_, note, options) => {
    const app = await startApp()
    const browser = createBrowser(app, { locks: null, ...options })
    browser.notes.set(`sessera ${app.origin}/auth`, note(app.world.clock.now()))
    const { client } = browser.openTab()
    await client.signIn(ada)
    expect((await client.fetch('/hello')).status).toBe(200)
  })

  it('and said nothing, is followed by one who asks', async () => {
    const app = await startApp()
    const locks = createLocks()
    const browser = createBrowser(app, { locks, newsMs: 50 })
    const { client } = browser.openTab()
    await client.signIn(ada)
    app.world.clock.advance('5m')
    let die = (): void => undefined
    await new Promise<void>((begun) => {
      void locks.request(`sessera ${app.origin}/auth`, {}, () => {
        begun()
        return new Promise<void>((resolve) => {
          die = resolve
        })
      })
    })
    const greeting = client.fetch('/hello')
    die()
    expect((await greeting).status).toBe(200)
  })
})

describe('old engines', () => {
  it.each<[what: string, options: BrowserOptions]>([
    ['without locks and channels', { locks: null, channels: false }],
    ['without anything that tabs share', { locks: null, notes: null, channels: false }],
    [
      'whose storage is full',
      {
        locks: null,
        notes: {
          getItem: () => null,
          removeItem: () => undefined,
          setItem() {
            throw new Error('QuotaExceededError')
          },
        },
      },
    ],
  ])('%s work, each tab for itself', async (_, options) => {
    const { app, one, two } = await openTabs(options)
    app.world.clock.advance('5m')
    expect(new Set(await atOnce(one, two))).toEqual(new Set([200]))
  })
})

it('a tab that was closed hears nothing any more', async () => {
  const { browser, one, two } = await openTabs()
  two.close()
  await one.signOut()
  await browser.heard()
  expect(nameIn(two)).toBe('ada')
})

it('a tab that was closed goes on for itself', async () => {
  const { app, one } = await openTabs()
  one.close()
  app.world.clock.advance('5m')
  expect((await one.fetch('/hello')).status).toBe(200)
  await one.signOut()
  expect((await one.signIn(ada)).user.username).toBe('ada')
})

it.each<[message: unknown]>([
  [null],
  ['text'],
  [{ token: null }],
  [{ token: 'text' }],
  [{ token: { token: 'a.bnVsbA.c' } }],
  [{ ended: 5 }],
])('what another page says by %j disturbs nobody', async (message) => {
  const { app, browser, one, two } = await openTabs()
  browser.tell(message)
  app.world.clock.advance('5m')
  expect(new Set(await atOnce(one, two))).toEqual(new Set([200]))
})

it('answers that overtake each other leave the newest token', async () => {
  const { app, one, two } = await openTabs({ locks: null, notes: null })
  app.world.clock.advance('5m')
  const { arrived, goOn } = holdAnswer(app, '/auth/refresh')
  const slow = one.fetch('/hello')
  await arrived
  app.world.clock.advance('5s')
  await two.fetch('/hello')
  const newest = app.bearers.at(-1)
  goOn()
  await slow
  await one.fetch('/hello')
  expect(app.bearers.at(-1)).toBe(newest)
})
