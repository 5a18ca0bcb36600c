// After a sign-out nothing of the person is left in the browser: not behind the back button, not in a cache. And at no
// time can a page of the server be shown inside another.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appPage, ask, type Bank, openBank } from './bank.js'
import { kinds, type Tab } from './person.js'
import { page } from './web.js'

const patience = { timeout: 20_000, interval: 50 }
const signOutButton = 'form[action="/sign-out"] button'
/** Empty while a page is being loaded. */
const visibleText = `document.body?.innerText ?? ''`

describe.each(kinds)('in $name', (kind) => {
  let bank: Bank
  beforeAll(async () => {
    bank = await openBank(kind)
  })
  afterAll(() => bank?.close())

  /** A tab that showed the person's page and is now one further, at another. */
  async function beenAtFirstPage(tab: Tab): Promise<void> {
    await tab.open(bank.origin)
    await expect.poll(() => tab.run(visibleText), patience).toContain('You are signed in as ada.')
    await tab.open(`${bank.origin}${appPage}`)
  }

  async function goBack(tab: Tab): Promise<void> {
    await tab.run('history.back()')
    await expect.poll(() => tab.run('location.pathname'), patience).toBe('/')
    await expect.poll(() => tab.run(visibleText), patience).toContain('Sessera')
  }

  it('a page that may be kept is shown again by the back button', async () => {
    const { ours } = await bank.visit('ada')
    const origin = bank.web.origin('app.bank.test')
    let shown = 0
    bank.web.serve(origin, (req, res) =>
      page(`Sessera, page ${++shown} <a href="/two">further</a>`)(req, res),
    )
    await ours.open(origin)
    await ours.click('a')
    await goBack(ours)
    expect(await ours.run(visibleText)).toContain('page 1')
  })

  it('the back button shows nobody, once the person has signed out there', async () => {
    const { ours, other } = await bank.visit('ada')
    await beenAtFirstPage(other)
    await ask(ours, '/auth/logout', { method: 'POST' })
    await goBack(other)
    await expect.poll(() => other.run(visibleText), patience).toContain('Not signed in')
  })

  it('nor after the button on the page', async () => {
    const { other } = await bank.visit('ada')
    await other.open(`${bank.origin}${appPage}`)
    await other.open(bank.origin)
    await other.click(signOutButton)
    await expect.poll(() => other.run(visibleText), patience).toContain('Not signed in')
    await other.run(`(document.title = 'Afterwards'), history.back()`)
    await expect.poll(() => other.run('document.title'), patience).not.toBe('Afterwards')
    await expect.poll(() => other.run('document.readyState'), patience).toBe('complete')
    expect(await other.run(visibleText)).not.toContain('ada')
  })

  // Chromium keeps pages that it must not store for some minutes, as long as our cookies are the same.
  it('nor once the session was ended elsewhere, or what it shows does nothing', async () => {
    const { person, other } = await bank.visit('ada')
    await beenAtFirstPage(other)
    const cookies = (await person.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const logout = `http://localhost:${bank.server.port}/auth/logout`
    expect((await fetch(logout, { method: 'POST', headers: { Cookie: cookies } })).status).toBe(204)
    await goBack(other)
    const isKept = await other.run(`document.querySelector(${JSON.stringify(signOutButton)}) !== null`)
    if (kind.name === 'Chromium' && isKept === true) await other.click(signOutButton)
    await expect.poll(() => other.run(visibleText), patience).toContain('Not signed in')
  })

  it('an answer of the API is never kept', async () => {
    const { ours } = await bank.visit('ada')
    const kept = (cache: 'force-cache' | 'only-if-cached'): Promise<number> =>
      ask(ours, '/auth/me', { cache, mode: 'same-origin' }).then(({ status }) => status)
    expect((await ask(ours, '/auth/me')).status).toBe(200)
    expect(await kept('only-if-cached')).toBe(0)
    await ask(ours, '/auth/logout', { method: 'POST' })
    expect([await kept('force-cache'), await kept('only-if-cached')]).toEqual([401, 0])
  })

  it('what was kept of our host is thrown away', async () => {
    const { ours } = await bank.visit('ada')
    const kept = (): Promise<number> =>
      ask(ours, '/icon.svg', { cache: 'only-if-cached', mode: 'same-origin' }).then(({ status }) => status)
    await ask(ours, '/icon.svg')
    expect(await kept()).toBe(200)
    await ask(ours, '/auth/logout', { method: 'POST' })
    expect(await kept()).toBe(0)
  })

  it.each(['evil.test', 'sub.bank.test'] as const)('no frame of %s shows a page of ours', async (host) => {
    const { other } = await bank.visit('ada')
    const { web } = bank
    const frameable = web.origin('app.bank.test')
    web.serve(frameable, page('May be framed.'))
    const frames = [frameable, bank.origin, `${bank.origin}/auth/me`, `${bank.origin}/welcome`]
    web.serve(web.origin(host), page(frames.map((url) => `<iframe src="${url}"></iframe>`).join('')))
    await other.open(web.origin(host))
    const shown: string[] = []
    for (const index of frames.keys()) shown.push(await other.textOfFrame(index))
    expect(shown[0]).toBe('May be framed.')
    expect(shown.join()).not.toMatch(/ada|Sessera|link/)
  })
})
