// Lines 63 and 65: a request that names another host, and is to make a link, a redirect or a token lead there.

import assert from 'node:assert/strict'
import { bytesOf, type Lines, type RawRequest } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, InsideAttack, OutsideAttack, Target } from './attack.js'
import { cookiesOf } from './reach.js'

const evil = 'evil.example'

interface Poison {
  readonly what: string
  readonly host?: string
  readonly headers?: Lines
  /** The whole address in the request line, as to a proxy. */
  readonly absolute?: true
}

const poisons: readonly Poison[] = [
  { what: 'Host', host: evil },
  { what: 'Host with a port', host: `${evil}:443` },
  { what: 'Host with user info', host: `app.example@${evil}` },
  { what: 'X-Forwarded-Host', headers: [['X-Forwarded-Host', evil]] },
  {
    what: 'X-Forwarded-Host, twice',
    headers: [
      ['X-Forwarded-Host', evil],
      ['X-Forwarded-Host', 'app.example'],
    ],
  },
  { what: 'Forwarded', headers: [['Forwarded', `for=127.0.0.1;host=${evil};proto=http`]] },
  {
    what: 'X-Host, X-Forwarded-Server, X-HTTP-Host-Override, X-Original-Host',
    headers: ['X-Host', 'X-Forwarded-Server', 'X-HTTP-Host-Override', 'X-Original-Host'].map((name) => [
      name,
      evil,
    ]),
  },
  {
    what: 'X-Forwarded-Proto, X-Forwarded-Port, X-Forwarded-Prefix',
    headers: [
      ['X-Forwarded-Proto', `javascript://${evil}`],
      ['X-Forwarded-Port', `@${evil}`],
      ['X-Forwarded-Prefix', `//${evil}`],
    ],
  },
  {
    what: 'X-Original-URL, X-Rewrite-URL',
    headers: [
      ['X-Original-URL', `//${evil}/`],
      ['X-Rewrite-URL', `https://${evil}/`],
    ],
  },
  { what: 'an address of another host in the request line', absolute: true },
]

const readable: readonly string[] = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
  '/auth/openapi.json',
  '/auth/me',
  '/',
  `/welcome?invitation=${'A'.repeat(60)}`,
  '/nothing',
]

const administration = { role: 'admin', invitationLink: 'https://app.example/welcome?invitation={token}' }

/** Where an address of the attacker's might be taken as the one to go on to. */
const places: readonly RawRequest[] = [
  ...[
    '/',
    '/sign-in',
    '/sign-out',
    '/welcome',
    '/password-set',
    '/auth/me',
    '/auth/verify',
    '/auth/login',
  ].map((path): RawRequest => ({ path })),
  { path: '/auth/logout', method: 'POST' },
]

const parameters = ['next', 'return_to', 'returnTo', 'redirect', 'redirect_uri', 'url', 'continue', 'rd']

const destinations: readonly string[] = [
  `https://${evil}/`,
  `//${evil}`,
  `/\\${evil}`,
  `\\/\\/${evil}`,
  `///${evil}`,
  `/\t/${evil}`,
  `/%09/${evil}`,
  `/%2f%2f${evil}`,
  `https:${evil}`,
  `https://app.example@${evil}/`,
  `javascript:alert(document.domain)//${evil}`,
  `data:text/html,${evil}`,
  `/\r\nLocation: https://${evil}/`,
]

/** Paths that a server which tidies them up would redirect away with. */
const paths: readonly string[] = [
  `//${evil}`,
  `//${evil}/%2f..`,
  `/\\${evil}`,
  `/%5c${evil}`,
  `/%2f%2f${evil}`,
  `//${evil}/auth/me`,
  `/auth//${evil}`,
  `/auth/..//${evil}`,
  `/.//${evil}`,
  `/;@${evil}`,
  `https://${evil}/auth/me`,
  `/%0d%0aLocation:%20https://${evil}`,
]

export const credentialsElsewhere: readonly Attack[] = [
  ...poisons.map(
    (poison): OutsideAttack => ({
      line: '63',
      what: poison.what,
      async run(target) {
        for (const path of readable) names(target, await poisoned(target, poison, { path }))
        const json = { ...target.accounts.owner, mode: 'token' }
        const answer = await poisoned(target, poison, { path: '/auth/login', json })
        names(target, answer)
        if (answer.status !== 200) return
        const { access_token: token }: { access_token: string } = JSON.parse(answer.body)
        const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
        assert(!claims.includes(evil), `the token says ${claims}`)
      },
    }),
  ),
  ...poisons.map(
    (poison): InsideAttack => ({
      line: '63',
      what: `the link of an invitation: ${poison.what}`,
      inside: true,
      world: { administration },
      async run(target, { world }) {
        await world.addUser('boss', ['admin'])
        const boss = target.client()
        await boss.login('boss', target.accounts.owner.password, { mode: 'token' })
        const headers = cookiesOf(boss)
        const json = { username: 'grace' }
        const answer = await poisoned(target, poison, { path: '/auth/admin/users', json, headers })
        assert.equal(answer.status, 201, answer.body)
        const { invitation }: { invitation: { link: string; token: string } } = JSON.parse(answer.body)
        assert.equal(invitation.link, administration.invitationLink.replace('{token}', invitation.token))
      },
    }),
  ),
  ...destinations.map(
    (destination): OutsideAttack => ({
      line: '65',
      what: `as a parameter: ${JSON.stringify(destination)}`,
      async run(target) {
        const query = parameters.map((name) => `${name}=${encodeURIComponent(destination)}`).join('&')
        for (const place of places) {
          const answer = await target.send({ ...place, path: `${place.path}?${query}` })
          staysHere(target, answer)
        }
      },
    }),
  ),
  ...destinations.map(
    (destination): OutsideAttack => ({
      line: '65',
      what: `after signing in by a form: ${JSON.stringify(destination)}`,
      pages: true,
      async run(target) {
        const { username, password } = target.accounts.owner
        const query = parameters.map((name) => `${name}=${encodeURIComponent(destination)}`).join('&')
        const fields = new URLSearchParams({ username, password, mode: 'session' }).toString()
        const post = (text: string, headers: Lines = []): Promise<RawAnswer> =>
          target.send({
            path: `/sign-in?${query}`,
            text,
            headers: [['Content-Type', 'application/x-www-form-urlencoded'], ...headers],
          })
        const answer = await post(fields, [['Referer', `https://${evil}/`]])
        assert.equal(answer.status, 303, answer.body)
        staysHere(target, answer)
        const more = await post(`${fields}&${query}`)
        assert.equal(more.status, 400, 'fields were taken that the form does not have')
        staysHere(target, more)
      },
    }),
  ),
  ...paths.map(
    (path): OutsideAttack => ({
      line: '65',
      what: `as a path: ${path}`,
      async run(target) {
        for (const method of ['GET', 'HEAD', 'POST']) staysHere(target, await target.send({ method, path }))
      },
    }),
  ),
]

function poisoned(
  target: Target,
  { host, headers = [], absolute }: Poison,
  request: RawRequest,
): Promise<RawAnswer> {
  const path = absolute ? `http://${evil}${request.path}` : request.path
  const lines = [...(request.headers ?? []), ...headers]
  return target.sendBytes(bytesOf({ ...request, path, headers: lines }, host ?? new URL(target.origin).host))
}

/** Nothing that is answered speaks of the other host. */
function names(target: Target, answer: RawAnswer): void {
  assert(answer.status < 500, `answered ${answer.status}`)
  assert(!`${JSON.stringify(answer.headers)}${answer.body}`.includes(evil), `names ${evil}: ${answer.body}`)
  for (const cookie of answer.all('set-cookie')) assert.doesNotMatch(cookie, /; Domain=/i)
  staysHere(target, answer)
}

/** As a browser reads it, with all that browsers forgive. */
function staysHere(target: Target, answer: RawAnswer): void {
  for (const name of ['location', 'content-location', 'refresh', 'link']) {
    for (const value of answer.all(name)) {
      const to = value.replace(/^\d+;\s*url=/i, '')
      assert.equal(URL.canParse(to, target.origin) && new URL(to, target.origin).origin, target.origin, value)
    }
  }
  assert.doesNotMatch(answer.body, /(?:href|action|src|content)="[^"]*(?:evil|javascript:)/i)
}
