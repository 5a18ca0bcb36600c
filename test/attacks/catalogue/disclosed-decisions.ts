// Disclosed elsewhere: decisions that mixed two things up, two users, two demands, or two spellings of one attacker.

import assert from 'node:assert/strict'
import type { Demands } from '../../../packages/sessera/src/domain/demands.js'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import type { Lines } from '../../http/raw-request.js'
import { atOnce, tally } from '../../support/many.js'
import type { Attack, Inside } from './attack.js'
import { encode, type Forgery, refusedTokens } from './disclosed-forging.js'
import { statusesOf, wrong } from './guess.js'
import { cookiesOf } from './reach.js'
import { cookieNamed, me, sceneOf } from './refusal.js'

/** What is nearly a token that was verified a moment ago, as a careless key of a cache would take it. */
const nearly: readonly Forgery[] = [
  {
    line: 'CVE-2026-35039',
    what: 'what is nearly a token that is remembered',
    forge: ({ header, payload, parts: [head, claims, signature] }) => [
      `${head}.${claims}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
      `${head}.${encode({ ...payload, sub: 'somebody else' })}.${signature}`,
      `${head}.${encode({ ...payload, roles: ['admin'] })}.${signature}`,
      `${encode({ ...header, jti: 'x' })}.${claims}.${signature}`,
      `${head}.${claims}.${signature}.${signature}`,
      `${head}.${claims}.`,
      `.${claims}.${signature}`,
      `${head}..${signature}`,
      `${claims}.${head}.${signature}`,
      claims,
      signature,
    ],
  },
]

/** Each is met by the owner in session mode, ten minutes after signing in; its neighbour is not. */
const pairs: readonly (readonly [met: Demands, unmet: Demands])[] = [
  [{ roles: ['teller', 'boss'] }, { roles: ['boss'] }],
  [{ provenWithin: '15m' }, { provenWithin: '5m' }],
  [{ accept: ['session'] }, { accept: ['token', 'hybrid'] }],
  [{ factors: 1 }, { factors: 2 }],
  [{ scopes: [] }, { scopes: ['report:read'] }],
]

export const disclosedDecisions: readonly Attack[] = [
  ...refusedTokens(nearly),
  {
    line: 'CVE-2026-35039',
    what: 'two users by turns and at once, in every mode: each is told who they are',
    async run(target) {
      const clients: { readonly who: 'owner' | 'other'; readonly headers: Lines }[] = []
      for (const mode of modes) {
        for (const who of ['owner', 'other'] as const) {
          clients.push({ who, headers: cookiesOf(await target.signedIn(mode, who)) })
        }
      }
      const turns = Array.from({ length: 10 }, () => clients).flat()
      await Promise.all(
        turns.map(async ({ who, headers }) => {
          const { status, body } = await target.send({ path: '/auth/me', headers })
          assert.equal(status, 200)
          assert.equal(JSON.parse(body).username, target.accounts[who].username)
        }),
      )
    },
  },
  {
    line: 'CVE-2026-35039',
    what: 'what is remembered of one way to present it, presented in another',
    async run(target) {
      const scene = await sceneOf(target)
      const hybrid = await target.signedIn('hybrid')
      const [handle, access] = [hybrid.cookie('session'), hybrid.cookie('access')]
      for (let round = 0; round < 2; round++) assert.equal((await hybrid.copy().me()).status, 200)
      const name = { session: scene.cookie.name, access: cookieNamed('access', scene) }
      for (const headers of [
        ['Authorization', `Bearer ${access}`],
        ['Authorization', `Bearer ${handle}`],
        ['Cookie', `${name.session}=${access}`],
        ['Cookie', `${name.access}=${handle}`],
        ['Cookie', `${name.access}=${scene.token}`],
        ['Cookie', `${name.session}=${access}; ${name.access}=${handle}`],
        ['Authorization', `Bearer ${handle};${access}`],
        ['Authorization', `Bearer ;${access}`],
      ] as const) {
        const { status } = await target.send(me(headers))
        assert.equal(status, 401, `${headers[1].slice(0, 40)} was answered ${status}`)
      }
    },
  },
  {
    line: 'CVE-2026-42349',
    what: 'demands in all combinations: who meets all but one does not pass',
    inside: true,
    async run(target, { world }) {
      const headers = Object.fromEntries(cookiesOf(await target.signedIn('session')))
      world.clock.advance(10 * 60_000)
      for (const check of ['feed', 'store'] as const) {
        for (let mask = 0; mask < 2 ** pairs.length; mask++) {
          const demands = Object.assign(
            { check },
            ...pairs.map(([met, unmet], bit) => (mask & (1 << bit) ? unmet : met)),
          )
          const outcome = await outcomeOf(world, headers, demands)
          assert.equal(outcome === 'passes', mask === 0, `${JSON.stringify(demands)}: ${outcome}`)
        }
      }
    },
  },
  {
    line: 'CVE-2026-42349',
    what: 'administration: neither the role without a proof, nor a proof without the role',
    inside: true,
    world: { administration: { role: 'teller' } },
    async run(target, { world }) {
      const [owner, other] = [await target.signedIn('session'), await target.signedIn('session', 'other')]
      const statuses = async (): Promise<readonly number[]> => [
        (await owner.send('GET', '/auth/admin/users')).status,
        (await other.send('GET', '/auth/admin/users')).status,
      ]
      assert.deepEqual(await statuses(), [200, 403])
      world.clock.advance(16 * 60_000)
      assert.deepEqual(await statuses(), [401, 403])
      assert.equal((await other.reauthenticate(target.accounts.other.password)).status, 200)
      assert.deepEqual(await statuses(), [401, 403])
      assert.equal((await owner.reauthenticate(target.accounts.owner.password)).status, 200)
      assert.deepEqual(await statuses(), [200, 403])
    },
  },
  {
    line: 'CVE-2026-45364',
    what: 'one network of IPv6 that has many addresses, and one address in many spellings: counted as one',
    inside: true,
    world: { trustedProxies: ['loopback'] },
    async run(target) {
      const block = (index: number): string =>
        `2001:db8:1:2:${((index * 7919) & 0xffff).toString(16)}::${index.toString(16)}`
      const mapped = ['198.51.100.7', '::ffff:198.51.100.7', '::ffff:c633:6407', '0:0:0:0:0:FFFF:C633:6407']
      const spelt = (index: number): string => mapped[index % mapped.length] ?? ''
      for (const addressOf of [block, spelt]) {
        const counted = await statusesOf(target, 90, (index) => ({
          path: '/auth/invitation',
          json: { token: 'x'.repeat(100), password: wrong },
          headers: [['X-Forwarded-For', addressOf(index)]],
        }))
        assert.deepEqual(counted, { 401: 60, 429: 30 })
      }
    },
  },
  {
    line: 'CVE-2026-47203',
    what: 'one name in many spellings: its guesses are counted together',
    async run(target) {
      const { username } = target.accounts.victim
      const spellings = [
        username,
        username.toUpperCase(),
        username.replace(/^./, (first) => first.toUpperCase()),
        ` ${username}`,
        `${username} `,
        `\t${username}`,
        [...username].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join(''),
        username.replace(/.$/, (last) => last.toUpperCase()),
      ]
      const replies = await atOnce(16, (index) =>
        target.client().login(spellings[index % spellings.length] ?? '', wrong),
      )
      const { 401: tried = 0, 429: refused = 0, ...others } = tally(replies.map(({ status }) => status))
      assert.deepEqual(others, {})
      assert(tried <= 5 && refused >= 11, `${tried} were tried`)
    },
  },
]

async function outcomeOf(
  { auth }: Inside['world'],
  headers: Readonly<Record<string, string>>,
  demands: Demands,
): Promise<string> {
  try {
    await auth.authenticate(headers, demands, { method: 'GET' })
    return 'passes'
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}
