// Disclosed elsewhere: credentials in log lines, in pages, and in answers where a cookie was to hide them.

import assert from 'node:assert/strict'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import type { Client } from '../../support/client.js'
import { leaksIn } from '../../support/secret-scan.js'
import type { Attack, InsideAttack, Target } from './attack.js'
import { post } from './cross-site-forms.js'
import { nobody, wrong } from './guess.js'
import { cookiesOf } from './reach.js'

const next = 'some other words of length'

export const disclosedLeaks: readonly Attack[] = [
  {
    line: 'CVE-2025-55009',
    what: 'pages for somebody who is signed in: no credential is in them',
    pages: true,
    async run(target) {
      for (const mode of ['session', 'hybrid'] as const) {
        const browser = await target.signedIn(mode)
        const texts: string[] = []
        for (const path of ['/', '/sign-in', '/register', '/icon.svg', target.guardedPage ?? '/']) {
          const { body, headers } = await target.send({ path, headers: cookiesOf(browser) })
          const shown = headers.filter(([name]) => name !== 'set-cookie')
          texts.push(body, ...shown.map(([, value]) => value))
        }
        noneIn(texts, secretsOf(browser))
      }
    },
  },
  {
    line: 'CVE-2025-55009',
    what: 'a sign-in by form, right and wrong: no credential is in the pages, nor the password',
    pages: true,
    async run(target) {
      const { owner, other } = target.accounts
      for (const mode of ['session', 'hybrid'] as const) {
        const answer = await target.send(post('/sign-in', { ...owner, mode }, null))
        assert.equal(answer.status, 303, answer.body)
        const set = answer.all('set-cookie').flatMap((line) => /^[^=]+=([^;]+)/.exec(line)?.[1] ?? [])
        noneIn([answer.body, ...answer.all('location')], [...set, owner.password])
      }
      const refused = await target.send(
        post('/sign-in', { username: nobody(), password: wrong, mode: 'session' }, null),
      )
      assert.equal(refused.status, 401)
      noneIn([refused.body, ...refused.headers.map(([, value]) => value)], [wrong, other.password])
    },
  },
  {
    line: 'CVE-2025-55009',
    what: 'answers to a browser: what its cookies hold is in no body',
    async run(target) {
      const { password } = target.accounts.owner
      for (const mode of ['session', 'hybrid'] as const) {
        const browser = await target.signedIn(mode)
        const secrets = [...secretsOf(browser), password]
        const texts: string[] = []
        for (const step of [
          () => browser.me(),
          () => browser.send('GET', '/auth/sessions'),
          () => browser.reauthenticate(password),
          () => browser.exchange(mode === 'session' ? 'hybrid' : 'session'),
          () => browser.me(),
          () => browser.logout(),
        ]) {
          texts.push((await step()).text)
          secrets.push(...secretsOf(browser))
        }
        noneIn(texts, secrets)
      }
      const inCookie = target.client()
      const { username } = target.accounts.owner
      const signedIn = await inCookie.login(username, password, { mode: 'token', refresh: 'cookie' })
      const before = inCookie.cookie('refresh') ?? ''
      const refreshed = await inCookie.send('POST', '/auth/refresh')
      assert.equal(refreshed.status, 200, refreshed.text)
      noneIn([signedIn.text, refreshed.text], [before, inCookie.cookie('refresh') ?? ''])
    },
  },
  ...(
    [
      ['CVE-2024-51752', 'refreshes, good, used, stolen and made up'],
      ['CVE-2024-51753', 'requests that fail for a fault of the store'],
    ] as const
  ).map(
    ([line, what]): InsideAttack => ({
      line,
      what: `${what}: no credential is in a log line or on record`,
      inside: true,
      async run(target, { world }) {
        const secrets = new Set<string>([
          next,
          wrong,
          ...Object.values(target.accounts).map((one) => one.password),
        ])
        for (const mode of modes) {
          const client = await target.signedIn(mode)
          for (const secret of secretsOf(client)) secrets.add(secret)
          if (line === 'CVE-2024-51753') failAll(world)
          world.clock.advance(310_000)
          await everything(target, client, secrets)
          world.store.meddle(null)
        }
        const record = await world.auth.audit.list({ limit: 1000 })
        const texts = [...world.log, ...record].map((entry) => textOf(entry))
        assert(texts.length > 0, 'nothing was written at all')
        if (line === 'CVE-2024-51753') assert(world.log.length > 0, 'no fault was logged')
        noneIn(texts, secrets)
      },
    }),
  ),
]

function failAll({ store }: { readonly store: { meddle(meddler: () => Promise<never>): void } }): void {
  store.meddle(async () => {
    throw new Error('The disk is gone.')
  })
}

async function everything(target: Target, client: Client, secrets: Set<string>): Promise<void> {
  const old = client.copy()
  const { username, password } = target.accounts.owner
  for (const step of [
    () => client.me(),
    () => client.refresh(),
    () => old.copy().refresh(),
    () => client.reauthenticate(password),
    () => client.reauthenticate(wrong),
    () => client.send('POST', '/auth/password', { json: { current: wrong, next } }),
    () => target.client().login(username, password),
    () => target.client().login(password, username),
    () => target.client().send('POST', `/auth/refresh?refresh_token=${old.held.refreshToken}`),
    () => old.copy().send('GET', `/auth/me?access_token=${old.held.accessToken}`),
    () => old.copy().exchange('token'),
    () => client.logout(),
    () => old.copy().logout(),
    () => old.copy().me(),
  ]) {
    await step()
    for (const secret of secretsOf(client)) secrets.add(secret)
  }
}

/** The device mark opens nothing, but names the browser. */
function secretsOf({ held: { cookies, accessToken, refreshToken } }: Client): readonly string[] {
  const texts = [...Object.values(cookies), accessToken, refreshToken]
  return texts.filter((text) => text !== null).filter((text) => text !== '')
}

function noneIn(texts: readonly string[], secrets: Iterable<string>): void {
  assert.deepEqual(leaksIn(texts, secrets), [])
}

function textOf(entry: object): string {
  return JSON.stringify(entry, (_, value: unknown) =>
    value instanceof Error ? `${value.stack} ${JSON.stringify(value)} ${String(value.cause)}` : value,
  )
}
