// Line 83: whoever signs up brings a role along, or anything else that is not theirs to say.

import assert from 'node:assert/strict'
import type { Attack, Target } from './attack.js'
import { nobody } from './guess.js'
import { type Refusal, refused, setScene } from './refusal.js'

const next = 'some other words of length'

const claims: readonly object[] = [
  { role: 'admin' },
  { roles: ['admin'] },
  { isAdmin: true },
  { admin: 1 },
  { id: 'root' },
  { userId: 'root' },
  { epoch: 99 },
  { revision: 99 },
  { claims: { plan: 'pro' } },
  { scope: 'admin' },
  { 'roles[]': 'admin' },
  { 'roles.0': 'admin' },
  { user: { roles: ['admin'] } },
  { passwordHash: 'x' },
  { disabledAt: null },
  { factors: ['otp'] },
  { kind: 'client' },
]

const signUps: readonly Refusal[] = [
  ...claims.map(
    (extra): Refusal => ({
      line: '83',
      what: `signing up with ${JSON.stringify(extra)}`,
      send: ({ target }) => ({
        path: '/auth/register',
        json: { username: nobody(), password: target.accounts.victim.password, ...extra },
      }),
      status: 400,
      code: 'invalid_request',
    }),
  ),
  ...['/auth/login', '/auth/exchange', '/auth/reauthenticate', '/auth/password'].map(
    (path): Refusal => ({
      line: '83',
      what: `roles in another body: ${path}`,
      send: ({ target, token }) => ({
        path,
        json: { ...bodyOf(path, target), roles: ['admin'] },
        headers: [['Authorization', `Bearer ${token}`]],
      }),
      status: 400,
      code: 'invalid_request',
    }),
  ),
  {
    line: '83',
    what: 'a field too many in the form',
    pages: true,
    send: ({ target }) => ({
      path: '/register',
      text: `username=${nobody()}&password=${target.accounts.victim.password.replaceAll(' ', '+')}&mode=session&roles=admin`,
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    }),
    status: 400,
  },
]

export const stateSignUp: readonly Attack[] = [
  ...refused(signUps),
  {
    line: '83',
    what: 'nobody came to be by any of these, and whoever signs up has no roles',
    inside: true,
    world: { registration: 'open' },
    async run(target, { world }) {
      const scene = await setScene(target)
      const created = (): number => world.events.filter(({ name }) => name === 'userCreated').length
      const before = created()
      for (const { send } of signUps) {
        const attempt = send(scene)
        assert(typeof attempt === 'object')
        await target.send(attempt)
      }
      assert.equal(created(), before)
      const client = target.client()
      const json = { username: 'mallory', password: target.accounts.victim.password }
      assert.equal((await client.send('POST', '/auth/register', { json })).status, 201)
      assert.deepEqual((await client.me()).body.roles, [])
    },
  },
]

function bodyOf(path: string, { accounts: { owner } }: Target): object {
  if (path === '/auth/login') return owner
  if (path === '/auth/exchange') return { mode: 'token' }
  return path === '/auth/password' ? { current: owner.password, next } : { password: owner.password }
}
