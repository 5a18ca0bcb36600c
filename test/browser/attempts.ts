// What a page of elsewhere may try at the bank, as data: the page, and what arrives from another site (`cross`) and from a
// sibling host of the same site, whose requests bring our cookies along.

import { password } from './bank.js'
import type { Kind } from './person.js'

export interface Attempt {
  readonly how: string
  /** Where at the bank it ends up. Its method is POST unless said. */
  readonly path: string
  readonly method?: 'GET' | 'OPTIONS'
  /** Of the attacker's page; both are origins. */
  readonly body: (bank: string, own: string) => string
  readonly headers?: Readonly<Record<string, string>>
  /** What the person clicks; nothing: coming there is enough. */
  readonly clicks?: 'a' | 'button'
  readonly cross: string
  readonly sibling: string
  /** Where Firefox sends something else. */
  readonly inFirefox?: { readonly cross: string; readonly sibling: string }
}

const hers = { username: 'mallory', password, mode: 'session' }

function form(action: string, values: object, attributes = ''): string {
  const fields = Object.entries(values).map(
    ([name, value]) => `<input type="hidden" name='${name}' value='${value}'>`,
  )
  return `<form method="post" action="${action}" ${attributes}>${fields.join('')}<button>Win a prize</button></form>`
}

function script(url: string, init: string): string {
  return `<script>fetch('${url}', { credentials: 'include', ${init} })</script>`
}

const seen = {
  cross: 'without cookies, cross-site, no Origin',
  sibling: 'with cookies, same-site, no Origin',
}
const refused = {
  cross: 'without cookies, cross-site, its Origin: 403',
  sibling: 'with cookies, same-site, its Origin: 403',
}
const refusedHidden = {
  cross: 'without cookies, cross-site, Origin null: 403',
  sibling: 'with cookies, same-site, Origin null: 403',
}

/** A page over plain http is of another site in Chromium. Firefox sends it our cookies all the same, and says what it is. */
export function expectedOf(
  attempt: Attempt,
  place: 'cross' | 'sibling' | 'plain',
  browser: Kind['name'],
): string {
  const { cross, sibling } = (browser === 'Firefox' ? attempt.inFirefox : undefined) ?? attempt
  if (place === 'plain') return browser === 'Firefox' ? sibling.replace('same-site', 'cross-site') : cross
  return place === 'cross' ? cross : sibling
}

export const attempts: readonly Attempt[] = [
  {
    how: 'a link to the first page',
    path: '/',
    method: 'GET',
    body: (bank) => `<a href="${bank}/">A prize</a>`,
    clicks: 'a',
    cross: 'with cookies, cross-site, no Origin: 200',
    sibling: `${seen.sibling}: 200`,
  },
  {
    how: 'a picture of the API',
    path: '/auth/me',
    method: 'GET',
    body: (bank) => `<img src="${bank}/auth/me">`,
    cross: `${seen.cross}: 401`,
    sibling: `${seen.sibling}: 200`,
  },
  {
    how: 'a frame of the first page',
    path: '/',
    method: 'GET',
    body: (bank) => `<iframe src="${bank}/"></iframe>`,
    cross: `${seen.cross}: 200`,
    sibling: `${seen.sibling}: 200`,
  },
  {
    how: 'a script that reads blindly',
    path: '/auth/me',
    method: 'GET',
    body: (bank) => script(`${bank}/auth/me`, `mode: 'no-cors'`),
    cross: `${seen.cross}: 401`,
    sibling: `${seen.sibling}: 200`,
  },
  {
    how: 'a script that asks for leave to end all sessions',
    path: '/auth/sessions',
    method: 'OPTIONS',
    body: (bank) => script(`${bank}/auth/sessions`, `method: 'DELETE'`),
    cross: 'without cookies, cross-site, its Origin: 405',
    sibling: 'without cookies, same-site, its Origin: 405',
  },
  {
    how: 'a script that signs out',
    path: '/auth/logout',
    body: (bank) => script(`${bank}/auth/logout`, `mode: 'no-cors', method: 'POST'`),
    ...refused,
  },
  {
    how: 'a script that signs somebody in, JSON as plain text',
    path: '/auth/login',
    body: (bank) =>
      script(`${bank}/auth/login`, `mode: 'no-cors', method: 'POST', body: '${JSON.stringify(hers)}'`),
    ...refused,
  },
  {
    how: 'a form that signs out',
    path: '/auth/logout',
    body: (bank) => form(`${bank}/auth/logout`, {}),
    clicks: 'button',
    ...refused,
  },
  {
    how: 'the form that signs out, with a guess',
    path: '/sign-out',
    body: (bank) => form(`${bank}/sign-out`, { token: 'guess' }),
    clicks: 'button',
    ...refused,
  },
  {
    how: 'the form that signs in, for somebody else',
    path: '/sign-in',
    body: (bank) => form(`${bank}/sign-in`, hers),
    clicks: 'button',
    ...refused,
  },
  {
    how: 'a form that looks like JSON',
    path: '/auth/login',
    body: (bank) =>
      form(
        `${bank}/auth/login`,
        { [JSON.stringify(hers).replace('}', ',"more":"')]: '"}' },
        'enctype="text/plain"',
      ),
    clicks: 'button',
    ...refused,
  },
  {
    how: 'a form of a page that does not say where it is',
    path: '/sign-in',
    body: (bank) => form(`${bank}/sign-in`, hers),
    headers: { 'Referrer-Policy': 'no-referrer' },
    clicks: 'button',
    ...refusedHidden,
  },
  {
    how: 'a form in a sandbox',
    path: '/auth/logout',
    body: (bank) =>
      `<iframe sandbox="allow-forms allow-scripts" srcdoc='${form(`${bank}/auth/logout`, {})}<script>document.forms[0].submit()</script>'></iframe>`,
    cross: refusedHidden.cross,
    sibling: refusedHidden.cross,
  },
  {
    how: 'a form to a server of theirs, which passes it on',
    path: '/sign-in',
    body: (_bank, own) => form(`${own}/passed-on/sign-in`, hers),
    clicks: 'button',
    ...refusedHidden,
    inFirefox: refused,
  },
]
