// Lines 36 to 38: which bytes of a Cookie header are our cookie. Two of them are none.

import assert from 'node:assert/strict'
import type { Attack } from './attack.js'
import { me, type Refusal, refused, type Scene, setScene, writesNothing } from './refusal.js'

export const withCookie = (make: (pair: string, cookie: Scene['cookie']) => string) => (scene: Scene) => {
  const { cookie } = scene
  return me(['Cookie', make(`${cookie.name}=${cookie.value}`, cookie)])
}

const twice: readonly Refusal[] = (
  [
    ['the session cookie twice, the same', (pair) => `${pair}; ${pair}`],
    ['the session cookie twice, the second good', (pair, { name }) => `${name}=x; ${pair}`],
    ['the session cookie twice, the first good', (pair, { name }) => `${pair}; ${name}=x`],
    ['the session cookie twice, the first empty', (pair, { name }) => `${name}=; ${pair}`],
    ['the session cookie twice, the second empty', (pair, { name }) => `${pair};${name}=`],
    ['the session cookie twice, others between', (pair) => `${pair}; ${'a=b; '.repeat(50)}${pair}`],
    ['the access cookie twice, beside a live session', (pair, { name }) => `${pair}; ${two(name, 'access')}`],
  ] satisfies [string, (pair: string, cookie: Scene['cookie']) => string][]
).map(([what, make]) => ({
  line: '36',
  what,
  status: 400,
  code: 'ambiguous_credentials',
  send: withCookie(make),
}))

const more: readonly Refusal[] = [
  {
    line: '36',
    what: 'the session cookie twice, in two headers',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ cookie: { name, value } }) => me(['Cookie', `${name}=x`], ['cookie', `${name}=${value}`]),
  },
  {
    line: '36',
    what: 'the session cookie twice, on a route that changes something',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ cookie: { name, value } }) => ({
      method: 'DELETE',
      path: '/auth/sessions',
      headers: [['Cookie', `${name}=${value}; ${name}=x`]],
    }),
  },
  {
    line: '36',
    what: 'the refresh cookie twice',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ cookie: { name } }) => ({
      method: 'POST',
      path: '/auth/refresh',
      headers: [['Cookie', two(name, 'refresh')]],
    }),
  },
  {
    line: '36',
    what: 'a sign-in with cookies that contradict each other',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ target, cookie: { name, value } }) => ({
      path: '/auth/login',
      json: target.accounts.owner,
      headers: [['Cookie', `${name}=${value}; ${name}=x`]],
    }),
  },
]

const names: readonly Refusal[] = (
  [
    ['37', '0xA0 before the name', (pair) => `\xa0${pair}`],
    ['37', '0x85 before the name', (pair) => `\x85${pair}`],
    ['37', 'a no-break space of UTF-8 before the name', (pair) => `\xc2\xa0${pair}`],
    ['37', 'a byte order mark before the name', (pair) => `\xef\xbb\xbf${pair}`],
    ['37', '0xA0 after the name', (_, { name, value }) => `${name}\xa0=${value}`],
    ['37', 'the name in other letters', (_, { name, value }) => `${swapCase(name)}=${value}`],
    ['37', 'a blank before the equals sign', (_, { name, value }) => `${name} =${value}`],
    ['37', 'an escape in the name', (_, { name, value }) => `${name.replace('s', '%73')}=${value}`],
    ['38', 'a nameless cookie that spells ours', (pair) => `=${pair}`],
    ['38', 'a nameless cookie, by two equals signs', (pair) => `==${pair}`],
    ['38', '$Version before it', (pair) => `$Version=1, ${pair}`],
    ['38', '$Version before it, in quotes', (pair) => `$Version="1"; a="b", ${pair}; $Path="/"`],
    ['38', 'a quoted sandwich', (_, { name, value }) => `a="b; ${name}="${value}"; c="`],
    ['38', 'quotes around the value', (_, { name, value }) => `${name}="${value}"`],
    ['38', 'a comma for a separator', (pair) => `a=b, ${pair}`],
    ['38', 'an escape in the value', (_, { name, value }) => `${name}=%${hex(value)}${value.slice(1)}`],
    [
      '38',
      'names that are nearly ours',
      (_, { name, value }) =>
        nearly(name)
          .map((near) => `${near}=${value}`)
          .join('; '),
    ],
  ] satisfies [string, string, (pair: string, cookie: Scene['cookie']) => string][]
).map(([line, what, make]) => ({
  line,
  what,
  status: 401,
  code: 'unauthenticated',
  send: withCookie(make),
  like: () => me(),
}))

const rows = [...twice, ...more, ...names]

export const transportCookies: readonly Attack[] = [
  ...refused(rows),
  writesNothing('36', rows),
  {
    line: '36',
    what: 'but a device cookie twice locks nobody out',
    async run(target) {
      const { cookie, browser } = await setScene(target)
      const device = cookie.name.replace('session', 'device')
      const { status } = await target.send(
        me(['Cookie', `${device}=x; ${device}=y; ${cookie.name}=${cookie.value}`]),
      )
      assert.equal(status, 200)
      assert.equal((await browser.me()).status, 200)
    },
  },
  {
    line: '36',
    what: 'contradicting cookies are refused before the store is asked',
    inside: true,
    async run(target, { world }) {
      const { cookie } = await setScene(target)
      world.store.forget()
      for (const path of ['/auth/me', '/auth/login']) {
        const { status } = await target.send({
          path,
          headers: [['Cookie', `${cookie.name}=${cookie.value}; ${cookie.name}=x`]],
          ...(path === '/auth/login' ? { json: target.accounts.owner } : {}),
        })
        assert.equal(status, 400, path)
      }
      assert.deepEqual(world.store.calls, [])
    },
  },
]

/** Another cookie of ours, twice, for a name of the session cookie. */
function two(sessionName: string, kind: string): string {
  const name = sessionName.replace('session', kind)
  return `${name}=x; ${name}=y`
}

function nearly(name: string): readonly string[] {
  const bare = name.replace(/^__Host-/, '')
  const spellings = [bare, `__Host-${bare}`, `__Secure-${bare}`, `__Http-${bare}`, `__Host-Http-${bare}`]
  return [...spellings, `x${name}`, `${name}x`, name.slice(0, -1), `${name}[]`, `${name}.0`].filter(
    (near) => near !== name,
  )
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    /[a-z]/.test(letter) ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

function hex(text: string): string {
  return text.charCodeAt(0).toString(16)
}
