// The Express example for tokens, called across origins: by the page that it trusts, and by those that it does not, among
// them a sibling whose requests bring the refresh cookie along. What a page cannot read, its service worker cannot either.

import { createAuth } from 'sessera'
import { memory } from 'sessera/memory'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '../../examples/express-token/app.js'
import { ask, password } from './bank.js'
import { kinds, type People, type Person, type Tab } from './person.js'
import { createWeb, type Host, page, type Web } from './web.js'

const strangers = ['sub.bank.test', 'evil.test'] as const
const blocked = { status: 0, json: null }
const login = { json: { username: 'ada', password } }

/** Answers `/through?mode=…&url=…` with what it gets from there. */
const worker = `
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  addEventListener('fetch', (event) => {
    const { pathname, searchParams } = new URL(event.request.url)
    if (pathname !== '/through') return
    event.respondWith(
      fetch(searchParams.get('url'), { method: 'POST', credentials: 'include', mode: searchParams.get('mode') }).then(
        async (response) => Response.json([response.type, response.status, await response.text()]),
        () => Response.json('blocked'),
      ),
    )
  })`

describe.each(kinds)('in $name', (kind) => {
  let web: Web
  let people: People
  let api: string
  beforeAll(async () => {
    web = await createWeb()
    people = await kind.launch(web.authority)
    api = web.origin('auth.bank.test')
    const auth = createAuth({
      origin: api,
      store: memory(),
      trustedOrigins: [web.origin('app.bank.test')],
      secrets: ['a secret of this test, long enough for it'],
    })
    await auth.users.create({ username: 'ada', password })
    web.serve(api, createApp(auth))
    for (const host of ['app.bank.test', ...strangers] as const) {
      web.serve(web.origin(host), (req, res) => {
        if (req.url === '/worker.js') res.setHeader('Content-Type', 'text/javascript').end(worker)
        else page('')(req, res)
      })
    }
  })
  afterAll(async () => {
    await people?.close()
    await web?.close()
  })

  async function tabAt(person: Person, host: Host): Promise<Tab> {
    const tab = await person.newTab()
    await tab.open(web.origin(host))
    return tab
  }

  /** Somebody at the trusted page, and the access token that it holds for her. */
  async function signedIn(): Promise<{ person: Person; trusted: Tab; token: string }> {
    const person = await people.newPerson()
    onTestFinished(() => person.leave())
    const trusted = await tabAt(person, 'app.bank.test')
    const { json } = await ask(trusted, `${api}/login`, login)
    return { person, trusted, token: String(json?.['token']) }
  }

  const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
  const welcome = { status: 200, json: { message: 'Welcome, ada' } }
  /** What could have changed something, and how it was answered. */
  const postsSince = (from: number): readonly string[] =>
    web.asked
      .slice(from)
      .flatMap(({ method, path, status }) => (method === 'POST' ? [`${path} ${status}`] : []))

  it('a trusted page reads what it asks for, with and without cookies, and nothing that it may not send', async () => {
    const { trusted, token } = await signedIn()
    expect(await ask(trusted, `${api}/dashboard`, bearer(token))).toEqual(welcome)
    const { json } = await ask(trusted, `${api}/auth/refresh`, { method: 'POST' })
    expect(await ask(trusted, `${api}/dashboard`, bearer(String(json?.['access_token'])))).toEqual(welcome)
    const { headers } = bearer(token)
    expect(await ask(trusted, `${api}/dashboard`, { headers: { ...headers, 'X-More': 'x' } })).toEqual(
      blocked,
    )
    expect(await ask(trusted, `${api}/auth/sessions`, { method: 'DELETE', headers })).toMatchObject({
      status: 200,
    })
    expect(await trusted.run('document.cookie')).toBe('')
  })

  it.each(strangers)(
    'a page of %s reads nothing, not even with the token, and does nothing',
    async (host) => {
      const { person, trusted, token } = await signedIn()
      const strange = await tabAt(person, host)
      const before = web.asked.length
      expect(await ask(strange, `${api}/dashboard`, bearer(token))).toEqual(blocked)
      expect(await ask(strange, `${api}/auth/me`)).toEqual(blocked)
      expect(await ask(strange, `${api}/login`, login)).toEqual(blocked)
      expect(await ask(strange, `${api}/auth/login`, { text: JSON.stringify(login.json) })).toEqual(blocked)
      expect(await ask(strange, `${api}/auth/refresh`, { method: 'POST' })).toEqual(blocked)
      expect(await ask(strange, `${api}/auth/logout`, { method: 'POST' })).toEqual(blocked)
      expect(postsSince(before)).toEqual(['/auth/login 403', '/auth/refresh 403', '/auth/logout 403'])
      expect(await ask(trusted, `${api}/auth/refresh`, { method: 'POST' })).toMatchObject({ status: 200 })
    },
  )

  it('a page without an origin reads nothing', async () => {
    const { person, trusted, token } = await signedIn()
    const strange = await tabAt(person, 'sub.bank.test')
    const asking = (url: string, init: object): string =>
      `fetch('${url}', ${JSON.stringify(init)}).then(() => 'read', () => 'blocked')`
    const inside = `<script>Promise.all([
      ${asking(`${api}/auth/me`, { credentials: 'include' })},
      ${asking(`${api}/auth/refresh`, { credentials: 'include', method: 'POST' })},
      ${asking(`${api}/dashboard`, bearer(token))},
    ]).then((all) => parent.postMessage(all.join(), '*'))</script>`
    const before = web.asked.length
    const told = await strange.run(`new Promise((resolve) => {
      addEventListener('message', ({ data, origin }) => resolve([data, origin]))
      const frame = document.createElement('iframe')
      frame.sandbox = 'allow-scripts'
      frame.srcdoc = ${JSON.stringify(inside)}
      document.body.append(frame)
    })`)
    expect(told).toEqual(['blocked,blocked,blocked', 'null'])
    expect(postsSince(before)).toEqual(['/auth/refresh 403'])
    expect(await ask(trusted, `${api}/auth/refresh`, { method: 'POST' })).toMatchObject({ status: 200 })
  })

  it('a service worker of a sibling reads nothing either', async () => {
    const { person } = await signedIn()
    const strange = await tabAt(person, 'sub.bank.test')
    await strange.run(`navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)
      .then(() => new Promise((resolve) => {
        if (navigator.serviceWorker.controller) resolve()
        else navigator.serviceWorker.addEventListener('controllerchange', () => resolve())
      }))`)
    const through = (mode: string): Promise<unknown> =>
      strange.run(
        `fetch('/through?mode=${mode}&url=${encodeURIComponent(`${api}/auth/refresh`)}').then((response) => response.json())`,
      )
    const before = web.asked.length
    // Not even as something opaque: Cross-Origin-Resource-Policy says so.
    expect([await through('cors'), await through('no-cors')]).toEqual(['blocked', 'blocked'])
    expect(postsSince(before)).toEqual(['/auth/refresh 403', '/auth/refresh 403'])
  })
})
