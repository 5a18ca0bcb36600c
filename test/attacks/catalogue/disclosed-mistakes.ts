// Disclosed elsewhere: doors that a mistake leaves open, in the options, in a guard, in the order of what is checked.

import assert from 'node:assert/strict'
import { createAuth } from '../../../packages/sessera/src/create-auth.js'
import { AuthError, ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { forNode } from '../../../packages/sessera/src/frameworks/node.js'
import { routesFor } from '../../../packages/sessera/src/http/routes.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { silentLog } from '../../support/silent-log.js'
import type { Attack } from './attack.js'
import { wrong } from './guess.js'
import { cookiesOf } from './reach.js'

/** Each would leave something open that was meant to be shut. */
const mistakes: readonly object[] = [
  { secrets: [] },
  { secrets: [''] },
  { secrets: ['short'] },
  { secrets: undefined },
  { origin: 'http://app.example' },
  { origin: '' },
  { origin: '*' },
  { trustedOrigins: ['*'] },
  { trustedOrigins: ['null'] },
  { trustedOrigins: ['https://*.example'] },
  { trustedProxies: ['*'] },
  { trustedProxies: [''] },
  { registration: 'of course' },
  { administration: { role: '' } },
  { administration: { roles: 'admin' } },
  { tokens: { algorithm: 'none' } },
  { tokens: { lifetime: '1000d' } },
  { tokens: { audience: '' } },
  { minPasswordLength: 0 },
  { sessions: { idle: 'never' } },
  { allowedOrigins: [] },
]

/** Guards that would let everybody in if what is not understood were left out. */
const misspelt: readonly object[] = [
  { role: ['teller'] },
  { Roles: ['teller'] },
  { roles: 'teller' },
  { roles: undefined },
  { roles: null },
  { roles: [undefined] },
  { scope: ['report:read'] },
  { scopes: 'report:read' },
  { accept: 'token' },
  { accept: ['tokens'] },
  { check: 'Store' },
  { check: 'strict' },
  { kind: 'anyone' },
  { factors: '2' },
  { factors: Number.NaN },
  { provenWithin: undefined },
  { provenWithin: 'five minutes' },
  { maxAge: '5m' },
]

export const disclosedMistakes: readonly Attack[] = [
  {
    line: 'CVE-2025-61928',
    what: 'every route of administration, by nobody and by somebody without the role: nothing is read or written',
    inside: true,
    world: { administration: { role: 'admin' } },
    async run(target, { world }) {
      const { id = '' } = (await (await target.signedIn('token')).me()).body
      const other = cookiesOf(await target.signedIn('session', 'other'))
      const routes = routesFor({ adminRole: 'admin', ownUsers: true }).filter(({ path }) =>
        path.startsWith('{base}/admin/'),
      )
      assert(routes.length > 10, `${routes.length} routes`)
      for (const { method, path: pattern } of routes) {
        const path = pattern.replace('{base}', '/auth').replace('{id}', id)
        const json = { userId: id, username: 'planted', roles: ['admin'], claims: {}, users: [] }
        const request = { method, path, ...(method === 'GET' ? {} : { json }) }
        world.store.forget()
        assert.equal((await target.send(request)).status, 401, `${method} ${path}`)
        assert.equal((await target.send({ ...request, headers: other })).status, 403, `${method} ${path}`)
        const touched = world.store.calls.filter((call) => /^(?:users|keys|audit)\./.test(call))
        assert.deepEqual(
          touched.filter(
            (call) => call !== 'users.load' && !/^(?:users|keys)\.find|^audit\.append/.test(call),
          ),
          [],
          `${method} ${path}`,
        )
      }
      assert.equal(await world.auth.users.find({ username: 'planted' }), null)
    },
  },
  {
    line: 'GHSA-8fpg-xm3f-6cx3',
    what: 'a mistake in the options: the server does not start',
    inside: true,
    async run() {
      await opens({})
      for (const mistake of mistakes) {
        await assert.rejects(opens(mistake), ConfigurationError, JSON.stringify(mistake))
      }
    },
  },
  {
    line: 'GHSA-8fpg-xm3f-6cx3',
    what: 'a mistake in what a guard demands: it is no guard, and nobody passes',
    inside: true,
    async run(target, { world }) {
      const { guard } = forNode(world.auth)
      const headers = Object.fromEntries(cookiesOf(await target.signedIn('token')))
      for (const demands of misspelt) {
        assert.throws(() => guard(demands), ConfigurationError, JSON.stringify(demands))
        await assert.rejects(
          world.auth.authenticate(headers, demands, { method: 'GET' }),
          ConfigurationError,
          JSON.stringify(demands),
        )
      }
    },
  },
  {
    line: 'GHSA-4qvm-r4pr-v3wg',
    what: 'what the app asks besides the password is asked before there is any token',
    inside: true,
    world: {
      registration: 'open',
      beforeSignIn: () => {
        throw new AuthError('sign_in_refused')
      },
    },
    async run(target, { world }) {
      const { owner } = target.accounts
      for (const how of [{ mode: 'session' }, { mode: 'token' }, { mode: 'hybrid', remember: true }]) {
        const answer = await target.send({ path: '/auth/login', json: { ...owner, ...how } })
        assert.equal(answer.status, 403, answer.body)
        assert.deepEqual(answer.all('set-cookie'), [])
        assert(!/token"/.test(answer.body), answer.body)
      }
      const user = await world.auth.users.find({ username: owner.username })
      assert.deepEqual(await world.auth.sessions.list(user?.id ?? ''), [], 'there is a session all the same')
      const wrongly = await target.send({ path: '/auth/login', json: { ...owner, password: wrong } })
      assert.equal(wrongly.status, 401)
    },
  },
]

/** Resolves when a server with these options beside the right ones serves. */
async function opens(options: object): Promise<void> {
  const secrets = ['a server secret for tests, and long enough']
  const settings = { origin: 'https://app.example', store: memory(), secrets, log: silentLog }
  const auth = createAuth({ ...settings, ...options })
  try {
    await auth.ready()
  } finally {
    await auth.close()
  }
}
