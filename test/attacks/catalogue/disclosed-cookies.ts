// Disclosed elsewhere: answers that set a cookie and may be kept, cookies that reach too far, attributes that were let in.

import assert from 'node:assert/strict'
import { createAuth } from '../../../packages/sessera/src/create-auth.js'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { cookiesOf } from './reach.js'

const ours =
  /^__Host-sessera-(?:session|access|refresh|device)=[\w.-]*(?:; Max-Age=\d+)?; Path=\/; HttpOnly; SameSite=Lax; Secure$/
/** Without TLS browsers would take neither the prefix nor `Secure`. */
const oursOnHttp =
  /^sessera-(?:session|access|refresh|device)(?:-\d+)?=[\w.-]*(?:; Max-Age=\d+)?; Path=\/; HttpOnly; SameSite=Lax$/

const injections = [
  '; Domain=evil.example',
  '\r\nSet-Cookie: a=b',
  '\n',
  ';',
  '\u0000',
  '; Path=/; SameSite=None',
]

export const disclosedCookies: readonly Attack[] = [
  ...(['CVE-2025-48947', 'CVE-2025-64762'] as const).map(
    (line): OutsideAttack => ({
      line,
      what:
        line === 'CVE-2025-48947'
          ? 'every answer of the API that sets a cookie: no shared cache may keep it'
          : 'every page that sets a cookie, by renewal too: no shared cache may keep it',
      async run(target) {
        const answers = line === 'CVE-2025-48947' ? await ofTheApi(target) : await ofPages(target)
        for (const [what, answer] of Object.entries(answers)) {
          const directives = answer.all('cache-control').join(', ').split(/, */)
          assert.equal(answer.all('cache-control').length, 1, `${what}: Cache-Control is not there once`)
          assert(directives.includes('no-store'), `${what}: ${directives}`)
          assert(
            !directives.some((one) => /^(?:public|max-age|s-maxage)/.test(one)),
            `${what}: ${directives}`,
          )
          assert.deepEqual([...answer.all('expires'), ...answer.all('cdn-cache-control')], [], what)
        }
      },
    }),
  ),
  {
    line: 'GHSA-mq4x-r2w3-j7mr',
    what: 'no cookie reaches a subdomain, a script or plain http',
    async run(target) {
      const answers = { ...(await ofTheApi(target)), ...(await ofPages(target)) }
      const form = target.origin.startsWith('https:') ? ours : oursOnHttp
      for (const [what, answer] of Object.entries(answers)) {
        for (const line of answer.all('set-cookie')) assert.match(line, form, what)
      }
    },
  },
  {
    line: 'GHSA-mq4x-r2w3-j7mr',
    what: 'where sibling hosts share the access cookie: no handle reaches them',
    inside: true,
    world: { accessCookieDomain: 'app.example' },
    async run(target) {
      for (const [what, answer] of Object.entries(await ofTheApi(target))) {
        for (const line of answer.all('set-cookie')) {
          const isAccess = line.startsWith('__Secure-sessera-access=')
          assert.equal(/; Domain=/i.test(line), isAccess, `${what}: ${line}`)
          if (!isAccess) assert.match(line, ours, what)
        }
      }
    },
  },
  {
    line: 'CVE-2026-29086',
    what: 'attributes of a cookie in everything that a sign-in is asked for',
    async run(target) {
      const { owner } = target.accounts
      const form = target.origin.startsWith('https:') ? ours : oursOnHttp
      for (const text of injections) {
        for (const json of [
          { ...owner, mode: `session${text}` },
          { ...owner, mode: 'token', refresh: `cookie${text}` },
          { ...owner, remember: `true${text}` },
          { ...owner, domain: `app.example${text}`, path: `/${text}` },
        ]) {
          const answer = await target.send({ path: '/auth/login', json })
          assert.equal(answer.status, 400, JSON.stringify(json))
          assert.deepEqual(answer.all('set-cookie'), [])
        }
      }
      const answer = await target.send({
        path: '/auth/login?domain=evil.example&path=/;Domain=evil.example',
        json: owner,
        headers: [
          ['X-Forwarded-Prefix', '/x; Domain=evil.example'],
          ['X-Forwarded-Host', 'evil.example'],
          ['X-Forwarded-Proto', 'http'],
        ],
      })
      assert.equal(answer.status, 200, answer.body)
      assert(answer.all('set-cookie').length > 0, 'it sets no cookie')
      for (const line of answer.all('set-cookie')) assert.match(line, form)
    },
  },
  {
    line: 'CVE-2026-29086',
    what: 'attributes of a cookie in the options: the server does not start',
    inside: true,
    async run() {
      for (const text of injections) {
        for (const options of [
          { basePath: `/auth${text}` },
          { accessCookieDomain: `app.example${text}` },
          { accessCookieDomain: `${text}app.example` },
        ]) {
          const secrets = ['a server secret for tests, and long enough']
          const open = (): unknown =>
            createAuth({ origin: 'https://app.example', store: memory(), secrets, ...options })
          assert.throws(open, ConfigurationError, JSON.stringify(options))
        }
      }
    },
  },
]

type Answers = Readonly<Record<string, RawAnswer>>

/** An answer of each kind that sets or clears cookies. */
async function ofTheApi(target: Target): Promise<Answers> {
  const { owner } = target.accounts
  const { password } = owner
  const login = (how: object): Promise<RawAnswer> =>
    target.send({ path: '/auth/login', json: { ...owner, ...how } })
  const remembered = await login({ mode: 'hybrid', remember: true })
  const browser = await target.signedIn('session')
  const inCookie = target.client()
  await inCookie.login(owner.username, password, { mode: 'token', refresh: 'cookie' })
  const answers = {
    'a sign-in': await login({ mode: 'session' }),
    'a sign-in that lasts': remembered,
    'a sign-in by token': await login({ mode: 'token' }),
    'a sign-in by token with a refresh cookie': await login({ mode: 'token', refresh: 'cookie' }),
    'a refresh': await target.send({ method: 'POST', path: '/auth/refresh', headers: cookiesOf(inCookie) }),
    'an exchange': await target.send({
      path: '/auth/exchange',
      json: { mode: 'hybrid' },
      headers: cookiesOf(browser),
    }),
  }
  const again = await target.signedIn('hybrid')
  const proven = await target.send({
    path: '/auth/reauthenticate',
    json: { password },
    headers: cookiesOf(again),
  })
  const out = await target.signedIn('session')
  const ended = { ...answers, 'another proof': proven, 'a sign-out': await leave(target, out) }
  for (const [what, { status, body, all }] of Object.entries(ended)) {
    assert([200, 204].includes(status), `${what} was answered ${status} ${body}`)
    assert(all('set-cookie').length > 0, `${what} sets no cookie`)
  }
  return ended
}

function leave(target: Target, client: Parameters<typeof cookiesOf>[0]): Promise<RawAnswer> {
  return target.send({ method: 'POST', path: '/auth/logout', headers: cookiesOf(client) })
}

/** A page behind a guard that renews the access cookie, and what the pages of the stand-alone server set. */
async function ofPages(target: Target): Promise<Answers> {
  const hybrid = await target.signedIn('hybrid')
  const handle = Object.entries(hybrid.held.cookies).filter(([name]) => name.includes('sessera-session'))
  const headers = cookiesOf(hybrid.copy({ cookies: Object.fromEntries(handle) }))
  const renewing = [target.guardedPage, '/auth/me', ...(target.pages ? ['/'] : [])]
  const answers: Record<string, RawAnswer> = {}
  for (const path of renewing) {
    if (path !== null) answers[`a renewal at ${path}`] = await target.send({ path, headers })
  }
  if (target.pages) {
    const fields = { ...target.accounts.owner, mode: 'hybrid' }
    answers['a sign-in by form'] = await target.send({
      path: '/sign-in',
      text: new URLSearchParams(fields).toString(),
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    })
  }
  for (const [what, { status, all }] of Object.entries(answers)) {
    assert([200, 303].includes(status), `${what} was answered ${status}`)
    assert(all('set-cookie').length > 0, `${what} sets no cookie`)
  }
  return answers
}
