// Line 39: whatever id a page, a sibling host or another user planted before sign-in, it is never the one signed in with.

import assert from 'node:assert/strict'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { cookieNamed, me, setScene } from './refusal.js'

interface Planting {
  readonly what: string
  /** What stands in the browser before its user signs in, given a live id of whoever planted it. */
  plant(live: string): string
}

const plantings: readonly Planting[] = [
  { what: 'an id that nobody has', plant: () => 'A'.repeat(72) },
  { what: 'text of the attacker', plant: () => 'chosen-by-eve' },
  { what: "a live session of the attacker's", plant: (live) => live },
]

export const transportFixation: readonly Attack[] = [
  ...plantings.map(
    ({ what, plant }): OutsideAttack => ({
      line: '39',
      what: `planted before sign-in: ${what}`,
      async run(target) {
        const { name } = (await setScene(target)).cookie
        const attacker = await target.signedIn('session', 'other')
        const planted = plant(attacker.cookie('session') ?? '')
        const answer = await signIn(target, `${name}=${planted}`)
        const fresh = freshIdOf(answer, name)
        assert.notEqual(fresh, planted, 'the planted id is the one that was signed in with')
        assert.equal((await target.send(me(['Cookie', `${name}=${planted}`]))).status, 401, 'the id is alive')
        const { body } = await target.send(me(['Cookie', `${name}=${fresh}`]))
        assert(body.includes(target.accounts.owner.username), "the fresh id is not the owner's")
      },
    }),
  ),
  {
    line: '39',
    what: "the owner's own id of before",
    async run(target) {
      const { name, value } = (await setScene(target)).cookie
      const fresh = freshIdOf(await signIn(target, `${name}=${value}`), name)
      assert.notEqual(fresh, value)
      assert.equal((await target.send(me(['Cookie', `${name}=${value}`]))).status, 401, 'the old id is alive')
    },
  },
  {
    line: '39',
    what: 'cookies of the other modes are cleared by a sign-in',
    async run(target) {
      const scene = await setScene(target)
      const [access, refresh] = [cookieNamed('access', scene), cookieNamed('refresh', scene)]
      const answer = await signIn(target, `${access}=planted; ${refresh}=planted`)
      for (const other of [access, refresh]) {
        const [set = ''] = answer.all('set-cookie').filter((line) => line.startsWith(`${other}=`))
        assert.match(set, /^[^=]+=; Max-Age=0;/, `${other} stays`)
      }
    },
  },
  {
    line: '39',
    what: 'an id in the body or in the query of the sign-in',
    async run(target) {
      const { name } = (await setScene(target)).cookie
      const planted = 'A'.repeat(72)
      const inBody = await target.send({
        path: '/auth/login',
        json: { ...target.accounts.owner, sessionId: planted, [name]: planted },
      })
      assert.equal(inBody.status, 400)
      const inQuery = await target.send({
        path: `/auth/login?${name}=${planted}&sid=${planted}`,
        json: target.accounts.owner,
      })
      assert(!inQuery.all('set-cookie').some((line) => line.includes(planted)), 'the planted id was set')
      assert.equal((await target.send(me(['Cookie', `${name}=${planted}`]))).status, 401)
    },
  },
]

function signIn(target: Target, cookie: string): Promise<RawAnswer> {
  return target.send({ path: '/auth/login', json: target.accounts.owner, headers: [['Cookie', cookie]] })
}

/** The id that the sign-in gave. */
function freshIdOf(answer: RawAnswer, name: string): string {
  assert.equal(answer.status, 200, answer.body)
  const set = answer.all('set-cookie').filter((line) => line.startsWith(`${name}=`))
  assert.equal(set.length, 1, 'the session cookie is not set exactly once')
  const id = set[0]?.slice(name.length + 1).split(';')[0] ?? ''
  assert.match(id, /^[\w-]{72}$/)
  return id
}
