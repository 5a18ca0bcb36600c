// Lines 71 and 72: what somebody may do is what the store says now; where it says nothing, nobody may do anything.

import assert from 'node:assert/strict'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import type { ErrorCode } from '../../../packages/sessera/src/errors.js'
import type { Client, Reply } from '../../support/client.js'
import type { Meddler } from '../../support/meddled-store.js'
import type { Attack, InsideAttack } from './attack.js'

const teller = { roles: ['teller'] }

type Denial = readonly [what: string, meddler: Meddler]

const fault = async (): Promise<never> => {
  throw new Error('the disk is on fire')
}

const denials: readonly Denial[] = [
  ['is down', fault],
  ['takes no writes', (call) => (/\.(?:find\w*|list|read|head)$/.test(call.name) ? call.proceed() : fault())],
]

/** What must not be done when the store cannot write it down, and whether reading would suffice for it. */
const deeds: readonly (readonly [what: string, run: (client: Client) => Promise<Reply>, reads?: true])[] = [
  ['me', (client) => client.me(), true],
  ['my devices', (client) => client.send('GET', '/auth/sessions'), true],
  ['sign-in', (client) => client.login('ada', 'four words of some length')],
  [
    'sign-up',
    (client) =>
      client.send('POST', '/auth/register', {
        json: { username: 'new', password: 'four words of some length' },
      }),
  ],
  ['refresh', (client) => client.refresh()],
  ['exchange', (client) => client.exchange('hybrid')],
  ['proof', (client) => client.reauthenticate('four words of some length')],
  ['sign-out', (client) => client.logout()],
  ['the end of all others', (client) => client.send('DELETE', '/auth/sessions')],
]

export const stateAuthority: readonly Attack[] = [
  ...modes.map(
    (mode): InsideAttack => ({
      line: '71',
      what: `a role that was taken away is gone with the next request in ${mode} mode`,
      inside: true,
      sqlite: true,
      async run(target, { world }) {
        const client = await target.signedIn(mode)
        const enter = () => world.auth.authenticate(client.headers(), teller, { method: 'GET' })
        const { id } = await enter()
        await world.setRoles(id, [])
        await isRefused(enter(), mode === 'token' ? 'invalid_token' : 'forbidden')
        if (mode === 'token') await client.refresh()
        await isRefused(enter(), 'forbidden')
        assert.deepEqual((await client.me()).body.roles, [])
      },
    }),
  ),
  ...modes.map(
    (mode): InsideAttack => ({
      line: '71',
      what: `the user is disabled, in ${mode} mode, and enabled again: what was ended stays ended`,
      inside: true,
      sqlite: true,
      async run(target, { world }) {
        const client = await target.signedIn(mode)
        const { id = '' } = (await client.me()).body
        await world.auth.users.disable(id)
        assert.equal((await client.copy().me()).status, 401)
        await world.auth.users.enable(id)
        assert.equal((await client.copy().me()).status, 401)
        assert.equal((await client.copy().exchange('session')).status, 401)
      },
    }),
  ),
  ...denials.map(
    ([how, meddler]): InsideAttack => ({
      line: '72',
      what: `the store ${how}: 503, never 200, nothing told; then all goes on`,
      inside: true,
      world: { registration: 'open' },
      async run(target, { world }) {
        const client = await target.signedIn('token')
        // The lease has lapsed, and a refresh would rotate.
        world.clock.advance(20_000)
        world.store.meddle(meddler)
        for (const [what, run, reads] of deeds) {
          if (reads && how !== 'is down') continue
          const { status, body, text, setCookies } = await run(client.copy())
          assert.deepEqual([what, status, body.code, setCookies], [what, 503, 'unavailable', []])
          assert(!text.includes('fire'), text)
        }
        world.store.meddle(null)
        assert.equal((await client.me()).status, 200)
        assert.equal((await client.refresh()).status, 200)
      },
    }),
  ),
]

function isRefused(entering: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(entering, (error: { readonly code?: string }) => error.code === code)
}
