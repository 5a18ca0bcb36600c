// What pages of elsewhere can make a browser do: what it really sends, what the server answers to that, and that nothing
// has changed for the person, signed in or not.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attempt, attempts, expectedOf } from './attempts.js'
import { type Bank, openBank, whoIs } from './bank.js'
import { kinds, type Tab } from './person.js'
import { type Asked, page } from './web.js'

const places = [
  { place: 'cross', from: 'another site', host: 'evil.test', scheme: 'https' },
  { place: 'sibling', from: 'a sibling host', host: 'sub.bank.test', scheme: 'https' },
  { place: 'plain', from: 'a sibling host over plain http', host: 'sub.bank.test', scheme: 'http' },
] as const

const signIns = attempts.filter(({ how }) => how.startsWith('the form that signs in'))

describe.each(kinds)('in $name', (kind) => {
  let bank: Bank
  beforeAll(async () => {
    bank = await openBank(kind)
  })
  afterAll(() => bank?.close())

  /** Lets the person come to such a page, and says what arrived at the bank. */
  async function carryOut(
    tab: Tab,
    { host, scheme }: (typeof places)[number],
    attempt: Attempt,
  ): Promise<string> {
    const { web, origin } = bank
    const own = scheme === 'https' ? web.origin(host) : web.plainOrigin(host)
    const { path, method = 'POST', body, headers, clicks } = attempt
    web.serve(own, (req, res) => {
      const to = req.url?.replace('/passed-on/', '/') ?? '/'
      if (to === req.url) page(body(origin, own), headers)(req, res)
      else res.writeHead(307, { Location: `${origin}${to}` }).end()
    })
    const before = web.asked.length
    await tab.open(`${own}/`)
    if (clicks !== undefined) await tab.click(clicks)
    const arrived = (): Asked | undefined =>
      web.asked
        .slice(before)
        .find((asked) => asked.origin === origin && asked.path === path && asked.method === method)
    await expect.poll(arrived, { timeout: 20_000, interval: 10 }).toBeDefined()
    return described(arrived(), own)
  }

  it('what the person does at our own page is done', async () => {
    const { ours } = await bank.visit('ada')
    const before = bank.web.asked.length
    await ours.open(`${bank.origin}/`)
    await ours.click('form[action="/sign-out"] button')
    const asked = bank.web.asked.slice(before).filter(({ path }) => path !== '/icon.svg')
    expect(asked.map((one) => `${one.path} ${described(one, bank.origin)}`)).toEqual([
      '/ with cookies, none, no Origin: 200',
      '/sign-out with cookies, same-origin, its Origin: 303',
      '/ without cookies, same-origin, no Origin: 200',
    ])
  })

  describe.each(places)('from $from', (place) => {
    it('a page gets nothing done for somebody who is signed in', async () => {
      const { person, ours, other } = await bank.visit('ada')
      const cookies = await person.cookies()
      for (const attempt of attempts) {
        const { how } = attempt
        const arrived = await carryOut(other, place, attempt)
        expect([how, arrived]).toEqual([how, expectedOf(attempt, place.place, kind.name)])
        expect([how, await person.cookies()]).toEqual([how, cookies])
      }
      expect(await whoIs(ours)).toBe('ada')
    })

    it('a page signs nobody in', async () => {
      const { person, ours, other } = await bank.visit(null)
      for (const attempt of signIns) {
        expect(await carryOut(other, place, attempt)).toMatch(/: 403$/)
      }
      expect(await person.cookies()).toEqual([])
      expect(await whoIs(ours)).toBeNull()
    })
  })
})

function described(asked: Asked | undefined, own: string): string {
  if (asked === undefined) return 'nothing'
  const { cookie = '', origin = 'none', 'sec-fetch-site': site } = asked.headers
  const cookies = cookie.includes('__Host-sessera-session=') ? 'with' : 'without'
  const named = { [own]: 'its Origin', null: 'Origin null', none: 'no Origin' }[origin]
  return `${cookies} cookies, ${site}, ${named ?? origin}: ${asked.status}`
}
