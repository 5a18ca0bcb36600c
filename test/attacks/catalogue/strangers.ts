// Pages of other origins, as the headers that a browser adds for them, and everything that they would have it do.

import type { Lines, RawRequest } from '../../http/raw-request.js'
import type { Target } from './attack.js'
import { cookiesOf } from './reach.js'
import type { Scene } from './refusal.js'

export interface Stranger {
  readonly line: string
  readonly what: string
  headers(target: Target): Lines
}

/** Origins that are none of ours, by what ours is. */
export const origins: readonly {
  readonly line: string
  readonly what: string
  make(ours: URL, target: Target): string
}[] = [
  { line: '44', what: 'another site', make: () => 'https://evil.example' },
  { line: '45', what: 'a sibling host', make: ({ protocol, host }) => `${protocol}//blog.${host}` },
  {
    line: '45',
    what: 'the parent host',
    make: ({ protocol, host }) => `${protocol}//${host.replace(/^[^.:]+\.?/, '') || 'host'}`,
  },
  { line: '46', what: 'null', make: () => 'null' },
  { line: '46', what: 'nothing', make: () => '' },
  { line: '46', what: 'undefined', make: () => 'undefined' },
  { line: '46', what: 'a file', make: () => 'file://' },
  { line: '46', what: 'an extension', make: () => 'chrome-extension://abcdefghijklmnopabcdefghijklmnop' },
  { line: '47', what: 'ours as user info', make: ({ origin }) => `${origin}@evil.example` },
  { line: '47', what: 'evil as user info', make: ({ protocol, host }) => `${protocol}//evil@${host}` },
  {
    line: '47',
    what: 'evil as user and password',
    make: ({ protocol, host }) => `${protocol}//evil.example:x@${host}`,
  },
  { line: '47', what: 'ours before a backslash', make: ({ origin }) => `${origin}\\@evil.example` },
  { line: '48', what: 'ours as a prefix', make: ({ origin }) => `${origin}.evil` },
  { line: '48', what: 'ours as a suffix', make: ({ protocol, host }) => `${protocol}//evil${host}` },
  { line: '48', what: 'ours as the path of evil', make: ({ origin }) => `https://evil.example/${origin}` },
  { line: '48', what: 'ours with a path', make: ({ origin }) => `${origin}/` },
  { line: '48', what: 'ours with a query', make: ({ origin }) => `${origin}?x` },
  {
    line: '48',
    what: 'ours with a dot at the end of the host',
    make: (url) => `${url.protocol}//${url.hostname}.${port(url)}`,
  },
  {
    line: '48',
    what: 'the other scheme',
    make: ({ protocol, host }) => `${protocol === 'https:' ? 'http:' : 'https:'}//${host}`,
  },
  { line: '48', what: 'no scheme', make: ({ host }) => host },
  { line: '48', what: 'another port', make: ({ protocol, hostname }) => `${protocol}//${hostname}:8443` },
  { line: '48', what: 'capitals', make: ({ protocol, host }) => `${protocol}//${host.toUpperCase()}` },
  {
    line: '48',
    what: 'a letter that any other would match for a dot',
    make: ({ protocol, host }) => `${protocol}//${host.replace(/[.:]/, 'x')}`,
  },
  { line: '48', what: 'ours and another', make: ({ origin }) => `${origin}, https://evil.example` },
  { line: '48', what: 'another and ours', make: ({ origin }) => `https://evil.example ${origin}` },
  { line: '48', what: 'what the Host header says', make: (_, { trap }) => trap.url },
]

const sites: readonly (readonly [line: string, value: string])[] = [
  ['44', 'cross-site'],
  ['45', 'same-site'],
  ['44', 'same-planet'],
  ['44', 'Same-Origin'],
  ['44', 'same-origin, cross-site'],
  ['44', 'none, cross-site'],
  ['44', 'same-origin;x'],
  ['44', ''],
]

/** Each of them alone must be refused. */
export const strangers: readonly Stranger[] = [
  ...origins.map(({ line, what, make }) => ({
    line,
    what: `origin: ${what}`,
    headers: (target: Target): Lines => [['Origin', make(new URL(target.origin), target)]],
  })),
  ...sites.map(([line, value]) => ({
    line,
    what: `Sec-Fetch-Site: "${value}"`,
    headers: (): Lines => [['Sec-Fetch-Site', value]],
  })),
  {
    line: '44',
    what: 'a form of another site',
    headers: () => [
      ['Origin', 'https://evil.example'],
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Mode', 'navigate'],
      ['Sec-Fetch-Dest', 'document'],
      ['Referer', 'https://evil.example/'],
    ],
  },
  {
    line: '44',
    what: 'a page that claims our origin, where the browser says otherwise',
    headers: ({ origin }) => [
      ['Origin', origin],
      ['Referer', `${origin}/`],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
  },
  {
    line: '45',
    what: 'a sibling that claims our origin, where the browser says otherwise',
    headers: ({ origin }) => [
      ['Origin', origin],
      ['Sec-Fetch-Site', 'same-site'],
    ],
  },
  {
    line: '46',
    what: 'a sandboxed frame',
    headers: () => [
      ['Origin', 'null'],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
  },
  {
    line: '44',
    what: 'Sec-Fetch-Site twice',
    headers: () => [
      ['Sec-Fetch-Site', 'same-origin'],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
  },
  {
    line: '48',
    what: 'two origins, ours first',
    headers: ({ origin }) => [
      ['Origin', origin],
      ['Origin', 'https://evil.example'],
    ],
  },
  {
    line: '48',
    what: 'another origin, with ours in every header that a proxy would add',
    headers: ({ origin }) => [
      ['Origin', 'https://evil.example'],
      ['X-Forwarded-Host', 'evil.example'],
      ['X-Forwarded-Proto', 'https'],
      ['Forwarded', 'host=evil.example;proto=https'],
      ['X-Original-Host', 'evil.example'],
      ['Referer', `${origin}/`],
      ['X-Requested-With', 'XMLHttpRequest'],
    ],
  },
]

/** What each of them would have the owner's browser do, in full and with the right passwords. */
export function deeds({ target, browser }: Scene): readonly (RawRequest & { readonly path: string })[] {
  const { owner, other } = target.accounts
  const next = 'words that somebody else chose'
  const held = { headers: cookiesOf(browser) }
  return [
    { ...held, path: '/auth/login', json: owner },
    { ...held, path: '/auth/login', json: other },
    { path: '/auth/login', json: other },
    { ...held, path: '/auth/register', json: { username: 'planted-by-another-site', password: next } },
    { ...held, path: '/auth/logout', method: 'POST' },
    { ...held, path: '/auth/logout', json: {} },
    { ...held, path: '/auth/refresh', method: 'POST' },
    { ...held, path: '/auth/exchange', json: { mode: 'token' } },
    { ...held, path: '/auth/reauthenticate', json: { password: owner.password } },
    { ...held, path: '/auth/password', json: { current: owner.password, next } },
    { ...held, path: '/auth/sessions', method: 'DELETE' },
    { ...held, path: '/auth/verify', method: 'GET' },
  ]
}

function port({ port: text }: URL): string {
  return text === '' ? '' : `:${text}`
}
