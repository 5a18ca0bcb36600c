// Lines 80, 81 and 84: somebody with an account of their own reaches for what belongs to another.

import assert from 'node:assert/strict'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import type { Lines, RawRequest } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { cookiesOf } from './reach.js'
import { faceOf, me, problemOf, sceneOf } from './refusal.js'

const next = 'some other words of length'

/** Every way in which one could try to be two. */
const requests = (target: Target): readonly RawRequest[] => [
  { path: '/auth/me' },
  { path: '/auth/sessions' },
  { method: 'DELETE', path: '/auth/sessions' },
  { path: '/auth/password', json: { current: target.accounts.owner.password, next } },
  { path: '/auth/password', json: { current: target.accounts.other.password, next } },
  { path: '/auth/reauthenticate', json: { password: target.accounts.owner.password } },
  ...(target.guardedPage === null ? [] : [{ path: target.guardedPage }]),
]

/** Cookies as a sibling host could plant them, given the owner's live one and the attacker's. */
const plantings: readonly (readonly [
  what: string,
  plant: (name: string, mine: string, theirs: string) => string,
])[] = [
  ['under a name without the prefix', (name, mine, theirs) => `${bare(name)}=${theirs}; ${name}=${mine}`],
  ['the same, after ours', (name, mine, theirs) => `${name}=${mine}; ${bare(name)}=${theirs}`],
  ['before ours', (name, mine, theirs) => `${name}=${theirs}; ${name}=${mine}`],
  ['after ours', (name, mine, theirs) => `${name}=${mine}; ${name}=${theirs}`],
  ['without a name', (name, mine, theirs) => `=${name}=${theirs}; ${name}=${mine}`],
  ['in quotes', (name, mine, theirs) => `${name}=${mine}; x="; ${name}=${theirs}; y="`],
  ['in other letters', (name, mine, theirs) => `${name.toUpperCase()}=${theirs}; ${name}=${mine}`],
  ['with a comma', (name, mine, theirs) => `x=1, ${name}=${theirs}; ${name}=${mine}`],
  ['empty beside ours', (name, mine) => `${name}=; ${name}=${mine}`],
  [
    'so many that ours is pushed out',
    () => Array.from({ length: 180 }, (_, index) => `junk${index}=${'x'.repeat(60)}`).join('; '),
  ],
  [
    'many beside ours',
    (name, mine) =>
      `${Array.from({ length: 90 }, (_, index) => `junk${index}=${'x'.repeat(60)}`).join('; ')}; ${name}=${mine}`,
  ],
]

export const stateOthers: readonly Attack[] = [
  ...(['session', 'hybrid'] as const).flatMap((mode) =>
    (
      [
        ['owner', 'other'],
        ['other', 'owner'],
      ] as const
    ).map(
      ([cookieOf, tokenOf]): OutsideAttack => ({
        line: '80',
        what: `the ${mode} cookies of the ${cookieOf}, the token of the ${tokenOf}`,
        async run(target) {
          const [cookie, token] = [
            await target.signedIn(mode, cookieOf),
            await target.signedIn('token', tokenOf),
          ]
          const headers = cookiesOf(token.copy({ cookies: cookie.held.cookies }))
          for (const request of requests(target)) {
            const answer = await target.send({ ...request, headers })
            assert.equal(answer.status, 400, `${request.path} answered ${answer.status}`)
            if (request.path.startsWith('/auth/')) assert.equal(problemOf(answer), 'ambiguous_credentials')
            assert.deepEqual(answer.all('set-cookie'), [])
          }
          assert.deepEqual([(await cookie.me()).status, (await token.me()).status], [200, 200])
        },
      }),
    ),
  ),
  {
    line: '80',
    what: "the session cookie of one, the other's refresh token to exchange",
    async run(target) {
      const [owner, other] = [await target.signedIn('session'), await target.signedIn('token', 'other')]
      const { refreshToken } = other.held
      for (const mode of ['session', 'token', 'hybrid'] satisfies readonly Mode[]) {
        const reply = await owner.copy({ refreshToken }).exchange(mode)
        assert.deepEqual(
          [reply.status, reply.body.code, reply.setCookies],
          [400, 'ambiguous_credentials', []],
        )
      }
      assert.deepEqual([(await owner.me()).status, (await other.me()).status], [200, 200])
    },
  },
  {
    line: '80',
    what: "the session cookie of one, the other's access cookie",
    async run(target) {
      const [owner, other] = [await target.signedIn('hybrid'), await target.signedIn('hybrid', 'other')]
      const theirs = Object.entries(other.held.cookies).filter(([name]) => name.includes('sessera-access'))
      const mixed = owner.copy({ cookies: { ...owner.held.cookies, ...Object.fromEntries(theirs) } })
      const { status, body } = await mixed.me()
      assert([200, 400, 401].includes(status), `answered ${status}`)
      if (status === 200) assert.equal(body.username, target.accounts.owner.username)
      assert.equal(
        (await mixed.me()).body.username,
        target.accounts.owner.username,
        'the access cookie stayed',
      )
    },
  },
  ...(['session', 'token', 'hybrid'] satisfies readonly Mode[]).map(
    (mode): OutsideAttack => ({
      line: '81',
      what: `sessions of the owner, reached for in ${mode} mode: not seen, not ended, as if they were not`,
      async run(target) {
        const owner = await target.signedIn('session')
        const { sessionId = '', id = '' } = (await owner.me()).body
        const headers = cookiesOf(await target.signedIn(mode, 'other'))
        const end = (path: string, more: Lines = []): Promise<RawAnswer> =>
          target.send({ method: 'DELETE', path, headers: [...headers, ...more] })
        const plain = faceOf(await end('/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA'))
        for (const answer of [
          await end(`/auth/sessions/${sessionId}`),
          await end(`/auth/sessions/${sessionId}?userId=${id}`),
          await end(`/auth/sessions/${sessionId}`, [['X-User-Id', id]]),
          await end('/auth/sessions/x'),
        ]) {
          assert.equal(answer.status, 404)
          assert.deepEqual(faceOf(answer), plain)
        }
        for (const path of [
          '/auth/sessions',
          `/auth/sessions?userId=${id}`,
          `/auth/sessions?id=${sessionId}`,
        ]) {
          const { body } = await target.send({ path, headers })
          assert(!body.includes(sessionId ?? ''), `${path} tells of it`)
        }
        const all = await end(`/auth/sessions?userId=${id}`)
        assert.equal(all.status, 200, all.body)
        assert.equal((await owner.me()).status, 200, 'it was ended')
      },
    }),
  ),
  ...plantings.map(
    ([what, plant]): OutsideAttack => ({
      line: '84',
      what: `a cookie that a sibling planted: ${what}`,
      async run(target) {
        const { name, value } = (await sceneOf(target)).cookie
        const planted = (await target.signedIn('session', 'other')).cookie('session') ?? ''
        const { username } = target.accounts.other
        const line = ['Cookie', plant(name, value, planted)] as const
        for (const answer of [
          await target.send(me(line)),
          await target.send({ path: '/auth/sessions', headers: [line] }),
        ]) {
          assert([200, 400, 401, 431].includes(answer.status), `answered ${answer.status}`)
          assert(!answer.body.includes(username), `switched to ${username}`)
        }
        assert.equal((await target.send(me(['Cookie', `${name}=${value}`]))).status, 200, 'it was ended')
      },
    }),
  ),
]

function bare(name: string): string {
  return name.replace('__Host-', '')
}
