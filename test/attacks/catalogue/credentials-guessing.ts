// Line 54: whoever guesses learns nothing of an account, neither from the answer nor from the work behind it.

import assert from 'node:assert/strict'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack } from './attack.js'
import { login, nobody, wrong } from './guess.js'
import { faceOf, problemOf, type Refusal, refused } from './refusal.js'

const impossible: readonly (readonly [what: string, username: string])[] = [
  ['a path', '../../etc/passwd'],
  ['a piece of SQL', "' OR 1=1; --"],
  ['a query', '{"$gt":""}'],
  ['a pattern', '*'],
  ['control characters', 'ada\u0000\u001b[2J'],
  ['as long as may be', 'n'.repeat(320)],
  ['what every object has', 'constructor'],
  ['half a character', '\ud83d'],
]

const unknown: readonly Refusal[] = [
  ...impossible.map(
    ([what, username]): Refusal => ({
      line: '54',
      what: `a name that nobody has: ${what}`,
      send: () => login(username, wrong),
      status: 401,
      code: 'invalid_credentials',
      like: () => login(nobody(), wrong),
    }),
  ),
  {
    line: '54',
    what: "the owner's password under another name",
    send: ({ target: { accounts } }) => login(nobody(), accounts.owner.password),
    status: 401,
    code: 'invalid_credentials',
    like: () => login(nobody(), wrong),
  },
]

export const credentialsGuessing: readonly Attack[] = [
  ...refused(unknown),
  {
    line: '54',
    what: 'somebody and nobody, with a wrong password',
    async run(target) {
      const known = await target.send(login(target.accounts.victim.username, wrong))
      const name = nobody()
      let other = await target.send(login(name, wrong))
      // Who was guessed at before has to wait: so must nobody, before the two are compared.
      for (let count = 0; known.status === 429 && other.status === 401 && count < 20; count++)
        other = await target.send(login(name, wrong))
      assert.deepEqual(withoutWait(known), withoutWait(other))
      assert([401, 429].includes(known.status), `answered ${known.status}`)
    },
  },
  {
    line: '54',
    what: 'a user id for a name, with the right password',
    async run(target) {
      const owner = await target.signedIn('token')
      const { id = '' } = (await owner.me()).body
      const answer = await target.send(login(id, target.accounts.owner.password))
      assert.equal(problemOf(answer), 'invalid_credentials')
      assert.deepEqual(faceOf(answer), faceOf(await target.send(login(nobody(), wrong))))
    },
  },
  {
    line: '54',
    what: 'unknown, wrong, disabled and without a password: the same bytes, the same work',
    inside: true,
    async run(target, { world }) {
      await world.auth.users.disable(await world.addUser('bob'))
      await world.auth.users.create({ username: 'nora' })
      const { owner } = target.accounts
      const seen: object[] = []
      for (const [username, password] of [
        ['nobody', owner.password],
        [owner.username, wrong],
        ['bob', owner.password],
        ['bob', wrong],
        ['nora', owner.password],
      ] as const) {
        world.store.forget()
        const before = world.passwords.verified.length
        const face = faceOf(await target.send(login(username, password)))
        const calls = world.store.calls.filter((name) => !/^(?:feed|audit)\./.test(name))
        seen.push({ face, calls, hashes: world.passwords.verified.length - before })
      }
      assert.equal(JSON.stringify(seen[0]).includes('"status":401'), true)
      for (const other of seen) assert.deepEqual(other, seen[0])
    },
  },
  {
    line: '54',
    what: 'an account that is slowed, or used up by strangers, looks like one that nobody has',
    inside: true,
    async run(target, { world }) {
      await world.auth.users.disable(await world.addUser('bob'))
      const { owner } = target.accounts
      for (let count = 0; count < 110; count++) {
        const [known, disabled, other] = await Promise.all([
          target.send(login(owner.username, wrong)),
          target.send(login('bob', owner.password)),
          target.send(login('nobody', owner.password)),
        ])
        assert.deepEqual([faceOf(known), faceOf(disabled)], [faceOf(other), faceOf(other)])
        // A little early first, then in time.
        world.clock.advance(count % 25 === 0 ? 1000 : 900_000)
      }
      const answer = await target.send(login(owner.username, owner.password))
      assert.equal(problemOf(answer), 'too_many_requests')
    },
  },
]

function withoutWait({ status, headers, body }: RawAnswer): object {
  return faceOf({ status, headers: headers.filter(([name]) => name !== 'retry-after'), body, all: () => [] })
}
