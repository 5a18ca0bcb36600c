// Line 53: other spellings of a path lead past no guard and past no rule about origins: what is judged is what is served.

import type { Lines } from '../../http/raw-request.js'
import type { Attack } from './attack.js'
import { cookiesOf } from './reach.js'
import { type Refusal, refused, type Scene, writesNothing } from './refusal.js'

const evil: Lines = [
  ['Origin', 'https://evil.example'],
  ['Sec-Fetch-Site', 'cross-site'],
]

/** How else a path may be written, by somebody who hopes that the next reader tidies it up. */
const spellings: readonly (readonly [what: string, write: (path: string, scene: Scene) => string])[] = [
  ['two slashes first', (path) => `/${path}`],
  ['two slashes within', (path) => path.replace(/(.)\//, '$1//')],
  ['a slash at the end', (path) => `${path}/`],
  ['a dot', (path) => `/.${path}`],
  ['two dots', (path) => `/x/..${path}`],
  ['two dots below itself', (path) => `${path}/../${path.split('/').at(-1)}`],
  ['two dots in escapes', (path) => `/x/%2e%2e${path}`],
  ['a letter in an escape', (path) => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`)],
  ['a slash in an escape', (path) => `/${path.slice(1).replace('/', '%2f')}`],
  ['a slash in two escapes', (path) => `/${path.slice(1).replace('/', '%252f')}`],
  ['a backslash', (path) => `/${path.slice(1).replace('/', '\\')}`],
  ['a backslash in an escape', (path) => `%5c${path.slice(1)}`.replace(/^/, '/')],
  ['capitals', (path) => path.toUpperCase()],
  ['a parameter of the path', (path) => `${path};a=b`],
  ['a parameter within', (path) => path.replace(/(.)\//, '$1;a=b/')],
  ['NUL at the end', (path) => `${path}%00`],
  ['a line break at the end', (path) => `${path}%0a`],
  ['a blank at the end', (path) => `${path}%20`],
  ['a dot at the end', (path) => `${path}.`],
  ['an ending that caches keep', (path) => `${path}.css`],
  ['a file below it that caches keep', (path) => `${path}/x.css`],
  ['an overlong slash', (path) => `/${path.slice(1).replace('/', '%c0%af')}`],
  ['a question mark in an escape', (path) => `${path}%3fx`],
  ['a full address', (path, { target }) => `${target.origin}${path}`],
  ['the full address of somebody else', (path, { target }) => `${target.trap.url}${path}`],
  ['somebody else behind two slashes', (path) => `//evil.example${path}`],
  ['an address with user info', (path, { target }) => `${target.origin.replace('//', '//evil@')}${path}`],
]

const rows: readonly Refusal[] = spellings.flatMap(([what, write]): readonly Refusal[] => [
  {
    line: '53',
    what: `${what}: who am I, asked by nobody`,
    status: [400, 401, 404],
    send: (scene) => ({ path: write('/auth/me', scene) }),
  },
  {
    line: '53',
    what: `${what}: a guarded page, asked by nobody`,
    status: [400, 401, 404, 405],
    send: (scene) => ({ path: write(scene.target.guardedPage ?? '/auth/sessions', scene) }),
  },
  {
    line: '53',
    what: `${what}: sign-out by another site`,
    status: [400, 403, 404, 405],
    send: (scene) => ({
      method: 'POST',
      path: write('/auth/logout', scene),
      headers: [...cookiesOf(scene.browser), ...evil],
    }),
  },
  {
    line: '53',
    what: `${what}: ending the other sessions, by another site`,
    status: [400, 403, 404, 405],
    send: (scene) => ({
      method: 'DELETE',
      path: write('/auth/sessions', scene),
      headers: [...cookiesOf(scene.browser), ...evil],
    }),
  },
])

const elsewhere: Refusal = {
  line: '53',
  what: 'what a proxy says of the path, told by somebody else',
  status: 401,
  send: ({ target }) => ({
    path: '/auth/me',
    headers: [
      ['X-Original-URL', '/.well-known/jwks.json'],
      ['X-Rewrite-URL', '/.well-known/jwks.json'],
      ['X-Forwarded-Prefix', '/.well-known'],
      ['X-Forwarded-Uri', '/.well-known/jwks.json'],
      ['X-Forwarded-Host', new URL(target.trap.url).host],
      ['X-Middleware-Subrequest', 'middleware:middleware:middleware'],
    ],
  }),
}

export const crossSitePaths: readonly Attack[] = [
  ...refused([...rows, elsewhere]),
  writesNothing('53', [...rows, elsewhere]),
]
