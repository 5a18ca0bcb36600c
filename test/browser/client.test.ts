// sessera/client in real Chromium: a page on one origin, its API on another, several tabs of one person. The server's clock
// and the pages' move when told, so that a token expires without anybody waiting for it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { createWorld, password, type World } from '../support/auth.js'
import { bundle } from '../support/bundle.js'
import { startChromium } from './person.js'
import { type Asked, createWeb, page as emptyPage, type Web } from './web.js'

const patience = { timeout: 20_000, interval: 50 }
const ada = { username: 'ada', password }

let web: Web
let browser: Browser
let script: string

beforeAll(async () => {
  web = await createWeb()
  const [started, { code }] = await Promise.all([
    startChromium(web.authority),
    bundle("import { createClient } from './client/index.ts'\nglobalThis.createClient = createClient"),
  ])
  browser = started
  script = code
})

afterAll(async () => {
  await browser?.close()
  await web?.close()
})

interface Scene {
  readonly world: World
  readonly api: string
  readonly app: string
  readonly context: BrowserContext
  /** Comes before the API does. True: it has answered. */
  meddle: ((req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>) | null
  /** A tab of the app, where `client` is. */
  open(): Promise<Page>
  /** Requests to the API so far that say so: `POST /auth/refresh`. */
  asked(request: string): readonly Asked[]
  /** Of everybody: the server's clock and those of all tabs. */
  pass(minutes: number): Promise<void>
}

interface SceneOptions {
  readonly mode?: 'session' | 'token' | 'hybrid'
  /** Over plain http there is no Web Locks API. */
  readonly plain?: true
  /** Runs in each tab before anything else. */
  readonly before?: string
}

async function setScene({ mode = 'token', plain, before }: SceneOptions = {}): Promise<Scene> {
  const at = plain ? web.plainOrigin : web.origin
  const [api, app] = [at('auth.bank.test'), at('app.bank.test')]
  const world = await createWorld({
    origin: api,
    trustedOrigins: [app],
    ...(plain ? { dangerouslyAllowHttp: true } : {}),
  })
  const { routes, guard } = forNode(world.auth)
  const enter = guard()
  web.serve(api, async (req, res) => {
    if (await scene.meddle?.(req, res)) return
    if (await routes(req, res)) return
    const [path, target] = req.url?.split('?') ?? []
    if (path === '/away') return void res.writeHead(302, { Location: target }).end()
    const me = await enter(req, res)
    if (me !== null) res.end(`Hello, ${me.username}: ${me.roles}`)
  })
  web.serve(app, (req, res) => {
    if (req.url === '/client.js') res.setHeader('Content-Type', 'text/javascript').end(script)
    else {
      const options = JSON.stringify({ mode, origin: api })
      emptyPage(
        `<script type="module" src="/client.js"></script><script type="module">globalThis.client = createClient(${options})</script>`,
      )(req, res)
    }
  })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  await context.addInitScript('globalThis.late = 0; const now = Date.now; Date.now = () => now() + late')
  if (before !== undefined) await context.addInitScript(before)
  const from = web.asked.length

  const scene: Scene = {
    world,
    api,
    app,
    context,
    meddle: null,
    async open() {
      const tab = await context.newPage()
      await tab.goto(app)
      return tab
    },
    asked: (request) =>
      web.asked
        .slice(from)
        .filter(({ origin, method, path }) => origin === api && `${method} ${path}` === request),
    async pass(minutes) {
      world.clock.advance(`${minutes}m`)
      for (const tab of context.pages()) await tab.evaluate(`late += ${minutes * 60_000}`)
    },
  }
  return scene
}

const signIn = (tab: Page, who = ada): Promise<unknown> =>
  tab.evaluate(`client.signIn(${JSON.stringify(who)})`)
const nameIn = (tab: Page): Promise<unknown> =>
  tab.evaluate('client.session.current === null ? null : client.session.current?.user.username')
const hello = (tab: Page): Promise<unknown> =>
  tab.evaluate(`client.fetch('/hello').then((response) => response.text(), (error) => error.name)`)
/** The statuses of twenty requests at once. */
const burst = (tab: Page): Promise<unknown> =>
  tab.evaluate(
    `Promise.all(Array.from({ length: 20 }, () => client.fetch('/hello').then(({ status }) => status)))`,
  )
const twenty = Array.from({ length: 20 }, () => 200)
const refresh = 'POST /auth/refresh'

/** Two tabs of ada's. */
async function twoTabs(options: SceneOptions = {}) {
  const scene = await setScene(options)
  const one = await scene.open()
  await signIn(one)
  const two = await scene.open()
  expect(await two.evaluate('client.session.ready()')).toMatchObject({ user: { username: 'ada' } })
  return { scene, one, two }
}

describe('an app and its API on two origins', () => {
  it('signs in, calls the API, is known again after a reload, and signs out', async () => {
    const scene = await setScene()
    const tab = await scene.open()
    expect(await tab.evaluate('client.session.ready()')).toBeNull()
    await signIn(tab)
    expect(await hello(tab)).toBe('Hello, ada: teller')
    await tab.reload()
    expect(await hello(tab)).toBe('Hello, ada: teller')
    expect(await nameIn(tab)).toBe('ada')
    await tab.evaluate('client.signOut()')
    expect(await nameIn(tab)).toBeNull()
    await tab.reload()
    expect(await tab.evaluate('client.session.ready()')).toBeNull()
  })

  it('leaves no token in storage, in cookies that scripts read, or in an address', async () => {
    const { scene, one, two } = await twoTabs()
    await scene.pass(5)
    await Promise.all([burst(one), burst(two)])
    const tokens = new Set(
      scene.asked('GET /hello').map(({ headers }) => headers.authorization?.replace('Bearer ', '') ?? ''),
    )
    expect(tokens.size).toBeGreaterThan(0)
    const left = await one.evaluate(`(async () => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, name,
      await indexedDB.databases(), await caches.keys(), performance.getEntries().map(({ name }) => name),
    ]))()`)
    for (const token of tokens) expect(left).not.toContain(token)
    expect(await one.evaluate('[localStorage.length, sessionStorage.length, document.cookie]')).toEqual([
      0,
      0,
      '',
    ])
    const addresses = web.asked.map(({ path, headers }) => path + headers.referer).join()
    for (const token of tokens) expect(addresses).not.toContain(token)
  })

  it.each(['session', 'hybrid'] as const)('works as well in %s mode', async (mode) => {
    const { scene, one, two } = await twoTabs({ mode })
    expect(await hello(two)).toBe('Hello, ada: teller')
    await scene.pass(10)
    expect(await burst(one)).toEqual(twenty)
    await scene.world.auth.sessions.end(String(await one.evaluate('client.session.current.sessionId')))
    expect(await two.evaluate(`client.fetch('/hello').then(({ status }) => status)`)).toBe(401)
    await expect.poll(() => Promise.all([nameIn(one), nameIn(two)]), patience).toEqual([null, null])
  })
})

const kinds: readonly (readonly [what: string, options: SceneOptions])[] = [
  ['with Web Locks', {}],
  ['where there are none', { before: 'delete Navigator.prototype.locks' }],
  ['over plain http', { plain: true }],
]

describe.each(kinds)('two tabs %s', (_, options) => {
  it('refresh exactly once, when 20 requests in each find the token expired', async () => {
    const { scene, one, two } = await twoTabs(options)
    for (let round = 1; round <= 3; round++) {
      const before = scene.asked(refresh).length
      await scene.pass(5)
      expect(await Promise.all([burst(one), burst(two)])).toEqual([twenty, twenty])
      expect(scene.asked(refresh).length).toBe(before + 1)
    }
  })

  it('see each other sign out, and somebody else sign in', async () => {
    const { scene, one, two } = await twoTabs(options)
    await one.evaluate('client.signOut()')
    await expect.poll(() => nameIn(two), patience).toBeNull()
    await scene.world.addUser('eve')
    await signIn(two, { ...ada, username: 'eve' })
    await expect.poll(() => nameIn(one), patience).toBe('eve')
    expect(await hello(one)).toBe('Hello, eve: ')
  })

  it('go on when one of them is killed while it refreshes', async () => {
    const { scene, one, two } = await twoTabs(options)
    await scene.pass(5)
    const arrived = holdFirstRefresh(scene)
    void hello(one).catch(() => null)
    const goOn = await arrived
    const greeting = hello(two)
    await one.close()
    goOn()
    expect(await greeting).toBe('Hello, ada: teller')
  })
})

describe('a tab', () => {
  it('that is frozen with the lock in its hands keeps nobody for long', async () => {
    const { scene, one, two } = await twoTabs()
    await scene.pass(5)
    const arrived = holdFirstRefresh(scene)
    void hello(one).catch(() => null)
    const goOn = await arrived
    const debug = await scene.context.newCDPSession(one)
    await debug.send('Page.setWebLifecycleState', { state: 'frozen' })
    expect(await hello(two)).toBe('Hello, ada: teller')
    goOn()
    await debug.send('Page.setWebLifecycleState', { state: 'active' })
    expect(await hello(one)).toBe('Hello, ada: teller')
  })

  it('without a network fails as fetch does, stays signed in, and goes on when the network is back', async () => {
    const { scene, one, two } = await twoTabs()
    await scene.pass(5)
    await scene.context.setOffline(true)
    expect([await hello(one), await hello(two)]).toEqual(['TypeError', 'TypeError'])
    expect([await nameIn(one), await nameIn(two)]).toEqual(['ada', 'ada'])
    await scene.context.setOffline(false)
    expect([await hello(one), await hello(two)]).toEqual(['Hello, ada: teller', 'Hello, ada: teller'])
  })

  it('that began without a network learns who it is when the network is back', async () => {
    const { scene, one } = await twoTabs()
    await scene.context.setOffline(true)
    await one.evaluate(`
      client.close()
      client = createClient({ mode: 'token', origin: ${JSON.stringify(scene.api)} })
      client.session.subscribe(() => {})
      client.session.ready().catch(() => null)`)
    expect(await nameIn(one)).toBeUndefined()
    await scene.context.setOffline(false)
    await expect.poll(() => nameIn(one), patience).toBe('ada')
  })

  it('notices nothing of a changed role but the role', async () => {
    const { scene, one } = await twoTabs()
    await scene.world.setRoles(String(await one.evaluate('client.session.current.user.id')), ['auditor'])
    expect(await hello(one)).toBe('Hello, ada: auditor')
    expect(await one.evaluate('client.session.current.user.roles')).toEqual(['auditor'])
  })
})

describe('a page that comes out of the back-forward cache', () => {
  /** Ada's page, which she has left for another of the same tab. */
  async function left(options: SceneOptions) {
    const { scene, one, two } = await twoTabs(options)
    await one.evaluate(`
      globalThis.seen = []
      client.session.subscribe(() => seen.push(client.session.current?.user.username ?? null))
      addEventListener('pageshow', ({ persisted }) => { globalThis.wasKept = persisted })`)
    await one.goto(`${scene.app}/elsewhere`)
    return {
      scene,
      one,
      two,
      async goBack() {
        await one.goBack({ waitUntil: 'commit' })
        await expect.poll(() => one.evaluate('globalThis.wasKept'), patience).toBe(true)
      },
    }
  }
  // What a tab of the same origin tells would make Chromium drop the page that is kept, and load it anew.
  it.each(['session', 'hybrid', 'token'] as const)(
    'after a sign-out that it could not hear of shows nobody, in %s mode',
    async (mode) => {
      const { one, two, scene, goBack } = await left({ mode })
      expect(
        await two.evaluate(
          `fetch('${scene.api}/auth/logout', { method: 'POST', credentials: 'include' }).then(({ status }) => status)`,
        ),
      ).toBe(204)
      await goBack()
      await expect.poll(() => nameIn(one), patience).toBeNull()
      expect(await one.evaluate('seen')).toEqual([null])
    },
  )

  it('and was not signed out meanwhile goes on', async () => {
    const { one, goBack } = await left({ mode: 'token' })
    await goBack()
    expect(await one.evaluate('client.session.ready()')).toMatchObject({ user: { username: 'ada' } })
    expect(await hello(one)).toBe('Hello, ada: teller')
    expect(await one.evaluate('seen')).toEqual([])
  })
})

describe('the token', () => {
  it('goes to no other origin, whatever that allows and wherever a redirect leads', async () => {
    const { scene, one } = await twoTabs()
    const evil = web.origin('evil.test')
    const welcoming = {
      'Access-Control-Allow-Origin': scene.app,
      'Access-Control-Allow-Headers': 'Authorization',
      'Access-Control-Allow-Credentials': 'true',
    }
    web.serve(evil, emptyPage('Thank you', welcoming))
    const ask = (url: string, init: object): Promise<unknown> =>
      one.evaluate(
        `client.fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(({ status }) => status, ({ code, name }) => code ?? name)`,
      )
    const from = web.asked.length
    expect(await ask(`${evil}/direct`, {})).toBe(200)
    expect(await ask(`/away?${evil}/led`, {})).toBe('redirected')
    // By then its Origin is null, which even this host does not welcome: it is asked, and the page learns nothing.
    expect(await ask(`/away?${evil}/followed`, { redirect: 'follow' })).toBe('TypeError')
    const there = web.asked.slice(from).filter(({ origin }) => origin === evil)
    expect(there.map(({ path }) => path)).toEqual(['/direct', '/followed'])
    expect(there.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })
})

/** Keeps the answer to the next refresh until told. */
function holdFirstRefresh(scene: Scene): Promise<() => void> {
  return new Promise((arrived) => {
    scene.meddle = async (req) => {
      if (req.method !== 'POST' || req.url !== '/auth/refresh') return false
      scene.meddle = null
      await new Promise<void>((goOn) => arrived(goOn))
      return false
    }
  })
}
