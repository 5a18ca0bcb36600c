// Cookies that others plant: a sibling host, plain http, a script of our own pages. The person stays who they are, or is
// signed out; never somebody else. `V` stands for a session handle that works: the attacker's own.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appPage, ask, type Bank, cookiesOf, openBank, password, whoIs } from './bank.js'
import { kinds, type Person, type Tab } from './person.js'
import { page } from './web.js'

const ourName = '__Host-sessera-session'

/** Set-Cookie, or `document.cookie`, of a sibling host. No browser keeps one of them. */
const refusedByBrowsers = [
  '__Host-sessera-session=V; Path=/; Secure; Domain=bank.test',
  '__Host-sessera-session=V; Path=/auth; Secure; Domain=bank.test',
  '__Host-sessera-session=V; Path=/; Domain=bank.test',
  '__Host-sessera-session[]=V; Path=/; Secure; Domain=bank.test',
  '__HOST-sessera-session=V; Path=/; Secure; Domain=bank.test',
  '=__Host-sessera-session=V; Path=/; Secure; Domain=bank.test',
  '__Host-sessera-access=V; Path=/; Secure; Domain=bank.test',
]
/** These arrive, and whoever reads names generously takes them for ours. */
const letThrough = [
  'sessera-session=V; Path=/; Domain=bank.test',
  'sessera-session=V; Path=/auth; Domain=bank.test',
  '"__Host-sessera-session"=V; Path=/; Domain=bank.test',
  '\u00a0__Host-sessera-session=V; Path=/; Domain=bank.test',
  '\u3000__Host-sessera-session=V; Path=/; Domain=bank.test',
  // What stands between them, ours among it, would be one value to a reader of quotes.
  'first="; Path=/auth; Domain=bank.test',
  'last="; Path=/; Domain=bank.test',
]
/** Of our own host's name, but over plain http. */
const overPlainHttp = [
  '__Host-sessera-session=V; Path=/',
  '__Host-sessera-session=V; Path=/; Secure',
  '=__Host-sessera-session=V; Path=/',
]

describe.each(kinds)('in $name', (kind) => {
  let bank: Bank
  let theirs: string
  beforeAll(async () => {
    bank = await openBank(kind)
    theirs = (await cookiesOf(bank, 'mallory')).get(ourName) ?? ''
  })
  afterAll(() => bank?.close())

  /** Lets the person come to a page there that plants these, by header and by script. */
  async function plant(tab: Tab, origin: string, lines: readonly string[]): Promise<void> {
    const cookies = lines.map((line) => line.replace(/(?<==)V/, theirs))
    const script = cookies.map((cookie) => `document.cookie = ${JSON.stringify(cookie)}`).join('\n')
    bank.web.serve(origin, (req, res) => {
      // As latin1, a header's bytes are these of UTF-8.
      const headers = cookies.map((cookie) => Buffer.from(cookie).toString('latin1'))
      res.setHeader('Set-Cookie', headers)
      page(`<script>${script}</script>`)(req, res)
    })
    await tab.open(origin)
  }

  async function plantAsSibling(tab: Tab, lines: readonly string[]): Promise<void> {
    const { web } = bank
    for (const origin of [web.origin('sub.bank.test'), web.plainOrigin('bank.test')])
      await plant(tab, origin, lines)
  }

  /** The Cookie header of the last request to our host. */
  function lastSent(): string {
    return bank.web.asked.findLast(({ origin }) => origin === bank.origin)?.headers.cookie ?? ''
  }

  it.each(['ada', null] as const)(
    'no cookie of a sibling host is taken for ours, in a browser of %s',
    async (username) => {
      const { person, ours, other } = await bank.visit(username)
      const before = await person.cookies()
      await plantAsSibling(other, refusedByBrowsers)
      expect(await person.cookies()).toEqual(before)
      await plantAsSibling(other, letThrough)
      expect(await whoIs(ours)).toBe(username)
      expect(lastSent().split(theirs)).toHaveLength(
        letThrough.filter((line) => line.includes('=V')).length + 1,
      )
    },
  )

  it('our own host over plain http cannot plant our cookie', async () => {
    const { person, ours, other } = await bank.visit(null)
    await plant(other, bank.web.plainOrigin('auth.bank.test'), overPlainHttp)
    expect(await person.cookies()).toEqual([])
    expect(await whoIs(ours)).toBeNull()
  })

  it('plain http is not even tried by who has been here', async () => {
    const { other } = await bank.visit('ada')
    const before = bank.web.asked.length
    const plain = bank.web.plainOrigin('auth.bank.test')
    await expect(plant(other, plain, overPlainHttp)).rejects.toThrow(/SSL|nssFailure/)
    expect(bank.web.asked.slice(before).filter(({ origin }) => origin === plain)).toEqual([])
  })

  it('a script in our own page can neither read, replace nor remove our cookie', async () => {
    const { person, ours } = await bank.visit('ada', 'hybrid')
    const before = await person.cookies()
    expect(await ours.run('document.cookie')).toBe('')
    for (const name of ['__Host-sessera-session', '__Host-sessera-access']) {
      await ours.run(`document.cookie = '${name}=${theirs}; Path=/; Secure'`)
      await ours.run(`document.cookie = '${name}=; Path=/; Secure; Max-Age=0'`)
      await ours.run(`cookieStore.set('${name}', '${theirs}').catch(() => null)`)
      await ours.run(`cookieStore.delete('${name}').catch(() => null)`)
    }
    expect(await ours.run('cookieStore.getAll()')).toEqual([])
    expect(await person.cookies()).toEqual(before)
    expect(await whoIs(ours)).toBe('ada')
  })

  it('a full jar signs out, and makes nobody somebody else', async () => {
    const mode = 'hybrid'
    const { person, ours, other } = await bank.visit('ada', mode)
    const seen = new Set<unknown>()
    for (let round = 0; round < 4; round++) {
      const junk = Array.from(
        { length: 60 },
        (_, index) => `${round}-${index}=x; Path=/; Secure; Domain=bank.test`,
      )
      await plant(other, bank.web.origin('sub.bank.test'), [...junk, ...refusedByBrowsers, ...letThrough])
      seen.add(await whoIs(ours))
    }
    expect([...seen]).toEqual(['ada', null])
    const left = (await person.cookies()).filter(({ domain }) => domain === 'auth.bank.test')
    expect(left).toEqual([])
    const again = await ask(ours, '/auth/login', { json: { username: 'ada', password, mode } })
    expect([again.status, await whoIs(ours)]).toEqual([200, 'ada'])
  })

  it('a full jar and a planted refresh token sign out, and bring no tokens of somebody else', async () => {
    const { ours, other } = await bank.visit(null)
    const how = { mode: 'token', refresh: 'cookie' }
    await ask(ours, '/auth/login', { json: { username: 'ada', password, ...how } })
    const [, refresh] =
      [...(await cookiesOf(bank, 'mallory', how))].find(([name]) => name.includes('refresh')) ?? []
    const planted = ['__Secure-', '__Host-', ''].map(
      (prefix) => `${prefix}sessera-refresh=${refresh}; Path=/auth; Secure; Domain=bank.test`,
    )
    for (let round = 0; round < 4; round++) {
      const junk = Array.from(
        { length: 60 },
        (_, index) => `${round}-${index}=x; Path=/; Secure; Domain=bank.test`,
      )
      await plant(other, bank.web.origin('sub.bank.test'), [...junk, ...planted])
    }
    expect(await ask(ours, '/auth/refresh', { method: 'POST' })).toMatchObject({
      status: 401,
      json: { code: 'refresh_refused' },
    })
  })

  it('more cookies than the server takes are refused, until they are gone', async () => {
    const { ours, other } = await bank.visit('ada')
    const sub = bank.web.origin('sub.bank.test')
    const big = (value: string, age: number): readonly string[] =>
      Array.from(
        { length: 8 },
        (_, index) => `big${index}=${value}; Path=/; Secure; Domain=bank.test; Max-Age=${age}`,
      )
    await plant(other, sub, big('x'.repeat(3900), 1000))
    expect((await ask(ours, '/auth/me')).status).toBe(431)
    expect((await ask(ours, '/auth/logout', { method: 'POST' })).status).toBe(431)
    await plant(other, sub, big('', 0))
    expect(await whoIs(ours)).toBe('ada')
  })

  it('of two who sign in at two tabs, the second is there in both, and the first has left', async () => {
    const { person, ours, other } = await bank.visit('ada')
    const first = await handleOf(person)
    await other.open(`${bank.origin}${appPage}`)
    await ask(other, '/auth/login', { json: { username: 'mallory', password } })
    expect([await whoIs(ours), await whoIs(other)]).toEqual(['mallory', 'mallory'])
    expect(await handleOf(person)).not.toBe(first)
    const { status } = await fetch(`http://localhost:${bank.server.port}/auth/me`, {
      headers: { Cookie: `${ourName}=${first}` },
    })
    expect(status).toBe(401)
    await ask(ours, '/auth/logout', { method: 'POST' })
    expect([await whoIs(ours), await whoIs(other)]).toEqual([null, null])
  })
})

async function handleOf(person: Person): Promise<string | undefined> {
  return (await person.cookies()).find(({ name }) => name === ourName)?.value
}
