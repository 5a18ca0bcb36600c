// Line 41: text with line breaks and other controls ends up in no header, starts no new one, and splits no line of the log.

import assert from 'node:assert/strict'
import type { RawRequest } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { me, type Refusal, refused } from './refusal.js'

const evil = '\r\nSet-Cookie: owned=1\r\n\u2028\u0085{"level":"error","owned":1}'
const escaped = encodeURIComponent(evil)

/** Nobody has this name. */
const nobody = `nobody-at-all${evil}`

const harmless: readonly {
  readonly what: string
  readonly pages?: true
  send(target: Target): RawRequest
}[] = [
  {
    what: 'in a username',
    send: () => ({ path: '/auth/login', json: { username: nobody, password: evil } }),
  },
  {
    what: 'in the name of a new account',
    send: () => ({ path: '/auth/register', json: { username: nobody, password: 'words of some length' } }),
  },
  {
    what: 'in the username of a form',
    pages: true,
    send: () => form('/sign-in', { username: nobody, password: 'x', mode: 'session' }),
  },
  {
    what: 'in the username of a form that signs up',
    pages: true,
    send: () => form('/register', { username: nobody, password: 'x', mode: 'session' }),
  },
  { what: 'in the path', send: () => ({ path: `/auth/${escaped}` }) },
  { what: 'in the path of a page', send: () => ({ path: `/${escaped}` }) },
  { what: 'in the query', send: () => ({ path: `/auth/me?next=${escaped}` }) },
  {
    what: 'in where to go after signing in',
    pages: true,
    send: () =>
      form(`/sign-in?next=${escaped}&return_to=${escaped}`, {
        username: nobody,
        password: 'x',
        mode: 'session',
      }),
  },
  { what: 'in the id of a session', send: () => ({ method: 'DELETE', path: `/auth/sessions/${escaped}` }) },
  { what: 'in the id of the request, as escapes', send: () => me(['X-Request-Id', escaped]) },
  { what: 'in the user agent, as escapes', send: () => me(['User-Agent', `${escaped}\tx`]) },
  {
    what: 'in what proxies say',
    send: ({ trap }) =>
      me(['X-Forwarded-For', escaped], ['X-Forwarded-Host', trap.url], ['X-Forwarded-Proto', escaped]),
  },
]

const broken: readonly Refusal[] = (['\n', '\r', '\0', '\r\n\t'] as const).flatMap((control) =>
  (['User-Agent', 'X-Request-Id', 'Cookie', 'Referer'] as const).map((name) => ({
    line: '41',
    what: `${JSON.stringify(control)} itself in ${name}`,
    status: 400,
    send: ({ token }) => me([name, `a${control}Authorization: Bearer ${token}`]),
  })),
)

export const transportLineBreaks: readonly Attack[] = [
  ...harmless.map(
    ({ what, pages, send }): OutsideAttack => ({
      line: '41',
      what: `line breaks ${what}`,
      ...(pages ? { pages } : {}),
      async run(target) {
        const visits = target.trap.visits()
        const answer = await target.send(send(target))
        assert(answer.status >= 400 && answer.status < 500, `answered ${answer.status}`)
        assertWhole(answer)
        assert.equal(target.trap.visits(), visits, 'made the server call somebody')
      },
    }),
  ),
  ...refused(broken),
  {
    line: '41',
    what: 'line breaks in a name are not in the log, nor on record as they are',
    inside: true,
    async run(target, { world }) {
      for (const { send } of harmless) await target.send(send(target))
      assert(!JSON.stringify(world.log).includes('owned'), JSON.stringify(world.log))
      assert(!world.log.some(({ message }) => /\p{Cc}/u.test(message)), 'a log line has controls in it')
    },
  },
]

/** Nothing that was sent has become a header, or is in one. */
function assertWhole(answer: RawAnswer): void {
  assert.deepEqual(answer.all('set-cookie'), [], 'set a cookie')
  for (const [name, value] of answer.headers) {
    assert(!`${name}: ${value}`.toLowerCase().includes('owned'), `${name}: ${value}`)
  }
  const length = answer.all('content-length')
  assert.deepEqual(length, [String(Buffer.byteLength(answer.body))], 'the body is longer than it says')
  assert(answer.all('x-request-id').length <= 1, 'the request has two ids')
}

function form(path: string, fields: Readonly<Record<string, string>>): RawRequest {
  return {
    path,
    text: new URLSearchParams(fields).toString(),
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
  }
}
