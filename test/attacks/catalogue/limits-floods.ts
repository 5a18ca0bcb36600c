// Lines 60 and 86: more than anybody needs, of passwords to hash, of members, of cookies. Refused, and the others go on.

import assert from 'node:assert/strict'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { atOnce } from '../../support/many.js'
import type { Attack } from './attack.js'
import { login, nobody, wrong } from './guess.js'
import { me, problemOf, type Refusal, refused } from './refusal.js'

const flood = (count: number, make: (index: number) => string, between = ','): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(between)

const bodies: readonly (readonly [what: string, text: string, status: number])[] = [
  ['100,000 members', `{${flood(100_000, (index) => `"${index}":0`)}}`, 413],
  ['5,000 members', `{${flood(5_000, (index) => `"k${index}":0`)}}`, 400],
  ['5,000 members whose names are numbers', `{${flood(5_000, (index) => `"${index * 8192}":0`)}}`, 400],
  ['one member 10,000 times', `{${flood(5_000, () => '"a":0')}}`, 400],
  ['a member inside of another, 10,000 deep', '{"a":'.repeat(10_000), 400],
  ['the same, closed', `${'{"a":'.repeat(9_000)}0${'}'.repeat(9_000)}`, 400],
  ['lists 30,000 deep', `{"a":${'['.repeat(30_000)}`, 400],
  ['the same, closed', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 400],
  ['a number of 60,000 digits', `{"username":${'9'.repeat(60_000)}}`, 400],
  ['a name of 60,000 letters', `{"${'n'.repeat(60_000)}":0}`, 400],
  ['60,000 blanks', ' '.repeat(60_000), 400],
  ['10,000 escapes', `{"username":"${'\\u0000'.repeat(10_000)}","password":"x"}`, 400],
  ['backslashes', `{"username":"${'\\'.repeat(60_000)}","password":"x"}`, 400],
]

const floods: readonly Refusal[] = [
  ...bodies.map(
    ([what, text, status], index): Refusal => ({
      line: '86',
      what: `${what} (${index})`,
      send: () => ({ path: '/auth/login', text, headers: [['Content-Type', 'application/json']] }),
      status,
    }),
  ),
  {
    line: '86',
    what: '2,000 cookies',
    send: () => me(['Cookie', flood(2000, (index) => `k${index}=`, '; ')]),
    status: [401, 431],
  },
  {
    line: '86',
    what: '10,000 cookies',
    send: () => me(['Cookie', flood(10_000, (index) => `k${index}=`, '; ')]),
    status: 431,
  },
  {
    line: '86',
    what: '15,000 semicolons',
    send: () => me(['Cookie', ';'.repeat(15_000)]),
    status: [401, 431],
  },
  {
    line: '86',
    what: '1,500 headers',
    send: () => me(...Array.from({ length: 1500 }, (_, index) => [`x${index}`, ''] as const)),
    status: [400, 401, 431],
  },
  {
    line: '86',
    what: '5,000 headers of one name',
    send: () => me(...Array.from({ length: 5000 }, () => ['X-Forwarded-For', '1'] as const)),
    status: [400, 431],
  },
  {
    line: '86',
    what: 'a User-Agent of 60,000 letters',
    send: () => me(['User-Agent', 'u'.repeat(60_000)]),
    status: 431,
  },
  {
    line: '86',
    what: 'a path of 60,000 letters',
    send: () => ({ path: `/auth/${'p'.repeat(60_000)}` }),
    status: [400, 414, 431],
  },
  {
    line: '86',
    what: '1,000 parameters in the query',
    send: () => ({ path: `/auth/me?${flood(1000, (index) => `k${index}=1`, '&')}` }),
    status: [400, 401],
  },
  {
    line: '86',
    what: '4,000 fields in a form',
    pages: true,
    send: () => ({
      path: '/sign-in',
      text: flood(4000, (index) => `k${index}=`, '&'),
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    }),
    status: [400, 413],
  },
]

export const limitsFloods: readonly Attack[] = [
  {
    line: '60',
    what: 'eighty passwords to hash at once: tried or refused with 503, and whoever is in goes on',
    async run(target) {
      const client = await target.signedIn('token')
      const flooding = atOnce(80, () => target.send(login(nobody(), wrong)))
      for (let count = 0; count < 10; count++) assert.equal((await client.me()).status, 200)
      for (const answer of await flooding) {
        assert([401, 503].includes(answer.status), `answered ${answer.status} ${answer.body}`)
        assert.deepEqual(answer.all('set-cookie'), [])
        if (answer.status === 503) assert.match(answer.all('retry-after').join(), /^\d+$/)
      }
      assert.equal((await client.me()).status, 200)
    },
  },
  {
    line: '60',
    what: 'when the queue for hashing is full sign-ins get 503, everything else goes on',
    inside: true,
    async run(target, { world }) {
      const client = await target.signedIn('token')
      world.passwords.beforeVerify = async () => {
        throw new AuthError('overloaded', { retryAfterSeconds: 1 })
      }
      const { username, password } = target.accounts.owner
      const answer = await target.send(login(username, password))
      assert.deepEqual(
        [answer.status, problemOf(answer), answer.all('retry-after'), answer.all('set-cookie')],
        [503, 'overloaded', ['1'], []],
      )
      assert.equal((await client.me()).status, 200)
      assert.equal((await client.refresh()).status, 200)
      world.passwords.beforeVerify = null
      assert.equal((await target.send(login(username, password))).status, 200, 'it counted as a guess')
    },
  },
  ...refused(floods),
]
