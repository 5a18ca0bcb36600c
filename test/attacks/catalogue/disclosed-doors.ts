// Disclosed elsewhere: doors that stood open for a header, a path, a host, a name in the body.

import assert from 'node:assert/strict'
import type { Lines } from '../../http/raw-request.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { decode } from './disclosed-forging.js'
import { refusedTogether } from './disclosed-together.js'
import { nobody, wrong } from './guess.js'
import { cookiesOf } from './reach.js'
import { refuse, type Scene, sceneOf } from './refusal.js'

/** Who a proxy, a platform or a middleware would say that it is. */
const identities = (id: string, name: string): Lines => [
  ['X-Auth-User-Id', id],
  ['X-Auth-User', name],
  ['X-Auth-Roles', 'teller,admin'],
  ['X-Auth-Session', 'AAAAAAAAAAAAAAAAAAAAAA'],
  ['X-User-Id', id],
  ['X-User', name],
  ['X-Forwarded-User', name],
  ['X-Forwarded-Preferred-Username', name],
  ['X-Remote-User', name],
  ['Remote-User', name],
  ['X-Authenticated-Userid', id],
  ['X-Webauth-User', name],
  ['X-Internal-Request', 'true'],
  ['X-Session', JSON.stringify({ user: { id } })],
  ['X-Client-Verify', 'SUCCESS'],
  ['X_Auth_User_Id', id],
]

const skipped: Lines = [
  ['X-Middleware-Subrequest', 'middleware:middleware:middleware:middleware:middleware'],
  ['X-Middleware-Subrequest', 'src/middleware'],
  ['X-Middleware-Rewrite', '/auth/me'],
  ['X-Middleware-Next', '1'],
  ['X-Invoke-Path', '/auth/me'],
  ['X-Matched-Path', '/'],
]

const asked: Lines = [
  ['X-Forwarded-Uri', '/auth/login'],
  ['X-Original-URI', '/.well-known/jwks.json'],
  ['X-Original-URL', '/.well-known/jwks.json'],
  ['X-Rewrite-URL', '/.well-known/jwks.json'],
  ['X-Forwarded-Prefix', '/.well-known'],
  ['X-Forwarded-Method', 'OPTIONS'],
  ['X-Auth-Request-Redirect', '/.well-known/jwks.json'],
]

/** What each of these advisories was about, and what is sent. */
const headers: readonly (readonly [line: string, what: string, lines: (scene: Scene) => Lines])[] = [
  [
    'GHSA-35w3-6qhc-474v',
    'headers that say who it is',
    (scene) => identities(subjectOf(scene), scene.target.accounts.owner.username),
  ],
  ['CVE-2025-29927', 'headers that say that it was checked already', () => skipped],
  ['CVE-2026-40575', 'headers that say that another path was asked for', () => asked],
]

function guarded({ guardedPage }: Target): readonly string[] {
  const pages = guardedPage === null ? [] : [guardedPage]
  return ['/auth/me', '/auth/sessions', '/auth/verify', ...pages]
}

/** Paths that one part takes for another. To a guarded page, or to a route with good credentials. */
const spellings: readonly ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => `//${path}`,
  (path) => path.replace(/\/([^/]*)$/, '//$1'),
  (path) => path.replace(/\/([^/]*)$/, '/./$1'),
  (path) => `/.well-known/..${path}`,
  (path) => `/.well-known/jwks.json/..${path}`,
  (path) => `/.well-known/%2e%2e${path}`,
  (path) => `/.well-known/..%2f${path.slice(1)}`,
  (path) => `/.well-known/..;${path}`,
  (path) => `/public/..${path}`,
  (path) => `${path}/`,
  (path) => `${path};x`,
  (path) => path.toUpperCase(),
  (path) => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
]

/** What says whom to act for, in the body of somebody who is nobody. */
const bodies: readonly (readonly [path: string, member: object, status: number | readonly number[]])[] = [
  ['/auth/register', { username: 'planted', password: wrong }, 400],
  ['/auth/login', { username: nobody(), password: wrong }, 400],
  ['/auth/exchange', { mode: 'token' }, 400],
  ['/auth/refresh', {}, 400],
  ['/auth/reauthenticate', { password: wrong }, 401],
  ['/auth/password', { current: wrong, next: 'some other words of length' }, 401],
  ['/auth/invitation', { token: 'x', password: wrong }, 400],
  ['/auth/api-key/create', {}, 404],
  ['/auth/admin/users', { username: 'planted' }, [401, 404]],
]

const poisoned = ({ url }: { readonly url: string }): Lines => [
  ['X-Forwarded-Host', new URL(url).host],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Prefix', '/evil'],
  ['X-Forwarded-Port', new URL(url).port],
  ['Forwarded', `host=${new URL(url).host};proto=http`],
  ['X-Host', new URL(url).host],
]

export const disclosedDoors: readonly Attack[] = [
  ...headers.map(
    ([line, what, lines]): OutsideAttack => ({
      line,
      what,
      async run(target) {
        const scene = await sceneOf(target)
        for (const path of guarded(target)) {
          const request = { path, headers: lines(scene) }
          await refuse(scene, { send: () => request, status: 401, like: () => ({ path }) })
        }
      },
    }),
  ),
  refusedTogether(
    {
      line: 'GHSA-x732-6j76-qmhm',
      what: 'paths that are nearly the one to sign in, with the right password',
    },
    spellings.map((spell) => ({
      what: spell('/auth/login'),
      status: [400, 401, 404],
      send: ({ target }) => ({ path: spell('/auth/login'), json: target.accounts.owner }),
    })),
  ),
  refusedTogether(
    { line: 'GHSA-p224-6x5r-fjpm', what: 'paths that lead to a guarded page by way of an open one' },
    spellings.map((spell) => ({
      what: spell('/page'),
      status: [400, 401, 404],
      send: ({ target }) => ({ path: spell(target.guardedPage ?? '/auth/me') }),
    })),
  ),
  refusedTogether(
    { line: 'CVE-2025-61928', what: 'requests for a user whom the body names, by nobody' },
    bodies.map(([path, members, status]) => ({
      what: path,
      status,
      send: (scene) => {
        const id = subjectOf(scene)
        return { path, json: { ...members, userId: id, user: { id }, sub: id, user_id: id } }
      },
    })),
  ),
  {
    line: 'GHSA-35w3-6qhc-474v',
    what: 'headers that say who it is, from somebody who is signed in: a proxy is told the truth',
    async run(target) {
      const scene = await sceneOf(target)
      const other = await target.signedIn('token', 'other')
      const { id = '' } = (await other.me()).body
      const lies = identities(subjectOf(scene), target.accounts.owner.username)
      const headers = [...cookiesOf(other), ...lies]
      const answer = await target.send({ path: '/auth/verify', headers })
      assert.equal(answer.status, 204)
      assert.deepEqual(answer.all('x-auth-user-id'), [encodeURIComponent(id)])
      assert.deepEqual(answer.all('x-auth-user'), [encodeURIComponent(target.accounts.other.username)])
      assert(!answer.all('x-auth-roles').join().includes('admin'), 'the roles were believed')
    },
  },
  {
    line: 'CVE-2025-71401',
    what: 'a host of their own in every header: nothing that we publish or link to changes',
    async run(target) {
      const lies = poisoned(target.trap)
      const { host } = new URL(target.trap.url)
      for (const path of [
        '/.well-known/oauth-authorization-server',
        '/auth/openapi.json',
        '/auth/me',
        '/auth/x',
      ]) {
        const plain = await target.send({ path })
        const answer = await target.send({ path, headers: lies })
        assert.deepEqual([answer.status, answer.body], [plain.status, plain.body], path)
        const bytes = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
        const elsewhere = await target.sendBytes(bytes)
        assert(!elsewhere.body.includes(host), `${path} tells ${host}`)
        assert(!elsewhere.headers.some(([, value]) => value.includes(host)), `${path} leads to ${host}`)
      }
      const { body } = await target.send({ path: '/.well-known/oauth-authorization-server', headers: lies })
      assert.equal(JSON.parse(body).issuer, target.origin)
      assert.equal((await (await target.signedIn('token')).me()).status, 200)
    },
  },
  {
    line: 'CVE-2025-71401',
    what: 'the first request of all, with a host and a prefix of its own: the next is served as ever',
    inside: true,
    async run(target, { another }) {
      const fresh = (await another()).target
      const first = await fresh.send({ path: '/auth/me', headers: poisoned(target.trap) })
      assert.equal(first.status, 401)
      assert.equal((await (await fresh.signedIn('hybrid')).me()).status, 200)
    },
  },
]

function subjectOf({ token }: Scene): string {
  const { sub } = decode(token.split('.')[1] ?? '')
  return String(sub)
}
