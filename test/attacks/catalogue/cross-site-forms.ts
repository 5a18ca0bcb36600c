// Line 52: the token that a form of ours carries opens nothing but for the session, or the link, that it was shown to.

import assert from 'node:assert/strict'
import type { RawRequest } from '../../http/raw-request.js'
import type { Client } from '../../support/client.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { cookiesOf } from './reach.js'

/** A link that is none: its form is shown all the same, for whoever opens it cannot be told so. */
const link = '/welcome?invitation='

interface Presented {
  readonly what: string
  readonly status: number | readonly number[]
  readonly fields: (target: Target, own: string) => Promise<Readonly<Record<string, string>>>
  /** Instead of the path of the form. */
  readonly path?: (own: string) => string
  /** Besides the session's. */
  readonly cookie?: string
}

const presented: readonly Presented[] = [
  { what: 'no token', status: 400, fields: async () => ({}) },
  { what: 'an empty token', status: 403, fields: async () => ({ token: '' }) },
  { what: 'a token that was made up', status: 403, fields: async () => ({ token: 'A'.repeat(43) }) },
  { what: 'half of the token', status: 403, fields: async (_, own) => ({ token: own.slice(0, 20) }) },
  { what: 'the token and more', status: 403, fields: async (_, own) => ({ token: `${own}AA` }) },
  {
    what: 'the token of another session of the same user',
    status: 403,
    fields: async (target) => ({ token: await tokenOf(target, await target.signedIn('session')) }),
  },
  {
    what: "the token of another user's session",
    status: 403,
    fields: async (target) => ({ token: await tokenOf(target, await target.signedIn('session', 'other')) }),
  },
  {
    what: 'a token from before sign-in',
    status: 403,
    fields: async (target) => ({ token: await linkTokenOf(target, 'A'.repeat(43)) }),
  },
  {
    what: 'the token in the query',
    status: 400,
    fields: async () => ({}),
    path: (own) => `/sign-out?token=${own}`,
  },
  {
    what: 'the token under another name',
    status: 400,
    fields: async (_, own) => ({ csrf: own, _csrf: own, authenticity_token: own }),
  },
  {
    what: 'a token that a cookie says too',
    status: 403,
    fields: async () => ({ token: 'planted' }),
    cookie: 'token=planted; csrf=planted; XSRF-TOKEN=planted',
  },
]

export const crossSiteForms: readonly Attack[] = [
  ...presented.map(
    ({ what, status, fields, path, cookie }): OutsideAttack => ({
      line: '52',
      what: `signing out with ${what}`,
      pages: true,
      async run(target) {
        const browser = await target.signedIn('session')
        const own = await tokenOf(target, browser)
        const sent = await fields(target, own)
        const request = post(path?.(own) ?? '/sign-out', sent, browser)
        const headers = [
          ...(request.headers ?? []),
          ...(cookie === undefined ? [] : [['Cookie', cookie] as const]),
        ]
        const answer = await target.send({ ...request, headers })
        assert.equal(answer.status, status, answer.body)
        assert.deepEqual(answer.all('set-cookie'), [])
        assert.equal((await browser.me()).status, 200, 'the session is dead')
      },
    }),
  ),
  {
    line: '52',
    what: 'a token of the session before, in the same browser',
    pages: true,
    async run(target) {
      const browser = await target.signedIn('session')
      const before = await tokenOf(target, browser)
      const { username, password } = target.accounts.owner
      assert.equal((await browser.login(username, password)).status, 200)
      assert.notEqual(await tokenOf(target, browser), before)
      assert.equal((await target.send(post('/sign-out', { token: before }, browser))).status, 403)
      assert.equal((await browser.me()).status, 200, 'the session is dead')
    },
  },
  {
    line: '52',
    what: "a link's form with the token of another link, of a session, or none",
    pages: true,
    async run(target) {
      const [one, another] = ['A'.repeat(43), 'B'.repeat(43)]
      const browser = await target.signedIn('session', 'other')
      const tokens = [await linkTokenOf(target, another), await tokenOf(target, browser), '', 'x']
      for (const token of tokens) {
        const fields = { invitation: one, token, password: 'words that somebody else chose' }
        const { status } = await target.send(post('/welcome', fields, null))
        assert.equal(status, 403, `the token "${token}"`)
      }
    },
  },
  {
    line: '52',
    what: "but the session's own token signs out",
    pages: true,
    async run(target) {
      const browser = await target.signedIn('session')
      const token = await tokenOf(target, browser)
      assert.equal((await target.send(post('/sign-out', { token }, browser))).status, 303)
      assert.equal((await browser.me()).status, 401)
    },
  },
]

export function post(
  path: string,
  fields: Readonly<Record<string, string>>,
  browser: Client | null,
): RawRequest {
  return {
    method: 'POST',
    path,
    text: new URLSearchParams(fields).toString(),
    headers: [
      ...(browser === null ? [] : cookiesOf(browser)),
      ['Content-Type', 'application/x-www-form-urlencoded'],
    ],
  }
}

export function tokenOf(target: Target, browser: Client): Promise<string> {
  return tokenIn(target, { path: '/', headers: cookiesOf(browser) })
}

function linkTokenOf(target: Target, invitation: string): Promise<string> {
  return tokenIn(target, { path: `${link}${invitation}` })
}

async function tokenIn(target: Target, request: RawRequest): Promise<string> {
  const { status, body } = await target.send(request)
  const token = /name="token" value="([^"]+)"/.exec(body)?.[1]
  assert(token !== undefined, `${request.path} was answered ${status}, without a form that has a token`)
  return token
}
