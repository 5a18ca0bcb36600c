// Line 66: refresh tokens that were used, and texts that never were any. Theft ends the family; a guess ends nothing.

import assert from 'node:assert/strict'
import { createHandles } from '../../../packages/sessera/src/credentials/handle.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import type { WorldOptions } from '../../support/auth.js'
import type { Client, Reply } from '../../support/client.js'
import type { Attack, InsideAttack } from './attack.js'
import { type Refusal, refused, type Scene } from './refusal.js'

const serverSecret = 'a server secret that the attacker has got hold of'
const grace = 10_000

/** What a genuine refresh token is turned into. */
const alterations: readonly (readonly [what: string, alter: (genuine: Buffer, scene: Scene) => string])[] = [
  ['another version', (bytes) => flipped(bytes, 0)],
  ['another key', (bytes) => flipped(bytes, 1)],
  ['another session', (bytes) => flipped(bytes, 2)],
  ['the generation before', (bytes) => withGeneration(bytes, 0)],
  ['the generation after', (bytes) => withGeneration(bytes, 2)],
  ['the last of all generations', (bytes) => withGeneration(bytes, 0xffff_ffff)],
  ['another tag', (bytes) => flipped(bytes, 22)],
  ['another secret', (bytes) => flipped(bytes, 53)],
  [
    'a secret of zeros',
    (bytes) => Buffer.concat([bytes.subarray(0, 30), Buffer.alloc(24)]).toString('base64url'),
  ],
  ['the first half', (bytes) => bytes.subarray(0, 27).toString('base64url')],
  ['a byte less', (bytes) => bytes.subarray(0, 53).toString('base64url')],
  ['a byte more', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url')],
  ['padded', (bytes) => `${bytes.toString('base64url')}=`],
  ['in capitals', (bytes) => bytes.toString('base64url').toUpperCase()],
  ['with a line break', (bytes) => `${bytes.toString('base64url')}\n`],
  ['in hexadecimal', (bytes) => bytes.toString('hex')],
  ['the access token', (_, { token }) => token.slice(0, 128)],
  ['the session cookie', (_, { cookie }) => cookie.value],
  ['text', () => '../../etc/passwd'],
]

const altered: readonly Refusal[] = alterations.map(
  ([what, alter]): Refusal => ({
    line: '66',
    what: `no refresh token: ${what}`,
    send: (scene) => refreshing(alter(Buffer.from(scene.app.held.refreshToken ?? '', 'base64url'), scene)),
    status: 401,
    code: 'refresh_refused',
    like: () => refreshing('A'.repeat(72)),
  }),
)

interface Theft {
  readonly what: string
  readonly world?: WorldOptions
  /** `refresh: 'cookie'` as browsers do. */
  readonly inCookie?: true
  /** How often the rightful client refreshes before the thief comes with what it held first. */
  readonly refreshes: number
  /** Where the thief brings it. */
  steal(thief: Client): Promise<Reply>
}

const thefts: readonly Theft[] = [
  { what: 'used once since', refreshes: 1, steal: (thief) => thief.refresh() },
  { what: 'used three times since', refreshes: 3, steal: (thief) => thief.refresh() },
  { what: 'in a cookie', inCookie: true, refreshes: 1, steal: (thief) => thief.refresh() },
  { what: 'to be exchanged for a cookie', refreshes: 1, steal: (thief) => thief.exchange('session') },
  {
    what: 'at once, where there is no grace',
    world: { sessions: { refreshGrace: 0 } },
    refreshes: 1,
    steal: (thief) => thief.refresh(),
  },
]

export const stateRefresh: readonly Attack[] = [
  ...refused(altered),
  {
    line: '66',
    what: 'a refresh token from before an exchange: nothing comes of it, and nobody is hurt',
    async run(target) {
      const client = await target.signedIn('token')
      const old = client.copy()
      assert.equal((await client.exchange('session')).status, 200)
      for (const reply of [await old.refresh(), await old.exchange('token')]) {
        assert([401, 409].includes(reply.status), `answered ${reply.status}`)
        assert.deepEqual([reply.setCookies, reply.body.access_token], [[], undefined])
      }
      assert.equal((await client.me()).status, 200)
    },
  },
  ...thefts.map(
    ({ what, world, inCookie, refreshes, steal }): InsideAttack => ({
      line: '66',
      what: `a used refresh token ends the whole family: ${what}`,
      inside: true,
      sqlite: true,
      ...(world === undefined ? {} : { world }),
      async run(target, inside) {
        const client = target.client()
        const { username, password } = target.accounts.owner
        await client.login(username, password, { mode: 'token', ...(inCookie ? { refresh: 'cookie' } : {}) })
        const bystander = await target.signedIn('token')
        const thief = client.copy()
        const wait = world === undefined ? grace : 0
        for (let count = 0; count < refreshes; count++) {
          inside.world.clock.advance(wait)
          assert.equal((await client.refresh()).status, 200)
        }
        inside.world.clock.advance(wait)
        assert.equal((await steal(thief)).status, 401)
        await isDead([client, thief])
        assert.equal((await bystander.me()).status, 200, 'another session of the owner ended')
        assert(inside.world.log.some(({ message }) => message.startsWith('An outdated refresh token')))
      },
    }),
  ),
  {
    line: '66',
    what: 'the thief is first: the family ends when its owner comes',
    inside: true,
    sqlite: true,
    async run(target, { world }) {
      const client = await target.signedIn('token')
      const thief = client.copy()
      world.clock.advance(grace)
      assert.equal((await thief.refresh()).status, 200)
      world.clock.advance(grace)
      assert.equal((await client.refresh()).status, 401)
      await isDead([client, thief])
    },
  },
  {
    line: '66',
    what: 'handles made with the server secret alone: refused, and taken for nobody’s theft',
    inside: true,
    world: { secrets: [serverSecret] },
    async run(target, { world }) {
      const client = await target.signedIn('token')
      world.clock.advance(grace)
      await client.refresh()
      world.clock.advance(grace)
      const { sessionId, id } = (await client.me()).body
      const handles = createHandles(createServerKeys([serverSecret]))
      for (const generation of [1, 2, 3]) {
        const seed = Buffer.alloc(16).toString('base64url')
        const owner = { id: sessionId ?? '', userId: id ?? '', seed, generation }
        const refreshToken = handles.issue({ ...owner, purpose: 'refresh' })
        assert.equal((await client.copy({ refreshToken }).refresh()).status, 401, `generation ${generation}`)
        const cookies = { '__Host-sessera-session': handles.issue({ ...owner, purpose: 'session' }) }
        assert.equal((await client.copy({ cookies, accessToken: null }).me()).status, 401)
      }
      assert.equal((await client.refresh()).status, 200, 'a guess ended the family')
    },
  },
]

async function isDead(clients: readonly Client[]): Promise<void> {
  for (const client of clients) {
    assert.equal((await client.refresh()).status, 401, 'a refresh token is alive')
    assert.equal((await client.me()).status, 401, 'an access token is alive')
  }
}

function refreshing(text: string) {
  return { path: '/auth/refresh', json: { refresh_token: text } } as const
}

function flipped(bytes: Buffer, at: number): string {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy.toString('base64url')
}

function withGeneration(bytes: Buffer, generation: number): string {
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(generation, 18)
  return copy.toString('base64url')
}
