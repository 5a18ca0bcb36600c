// Lines 28 and 32: keys that are over, and names of keys that never were.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { coreOf } from '../../../packages/sessera/src/http/core.js'
import type { RawAnswer } from '../../http/raw-server.js'
import { atOnce } from '../../support/many.js'
import type { Attack, InsideAttack, OutsideAttack, Target } from './attack.js'
import { faceOf, me, setScene } from './refusal.js'
import { altered, encode } from './tokens-forging.js'
import { assertGenuine, assertRefused, setStage } from './tokens-stage.js'

const publishAheadMs = 600_000
const keptAfterwardsMs = 365_000

const retired: InsideAttack = {
  line: '28',
  what: 'a kid that was rotated away, under its true signature and before the token is over',
  inside: true,
  async run(target, { world, forge }) {
    const { app, cookie } = await setStage(target)
    const [byApp, byCookie] = await Promise.all(
      [app, cookie].map(({ header, payload }) => {
        const iat = payload.iat + publishAheadMs / 1000
        return forge({ header, payload: { ...payload, iat, exp: iat + 900 } })
      }),
    )
    assert(byApp !== undefined && byCookie !== undefined)
    await world.auth.keys.rotate()
    world.clock.advance(publishAheadMs + 1000)
    await tend(world.auth)
    const meanwhile = await setStage(target)
    await assertGenuine(meanwhile, ({ payload }) => (payload.mode === 'token' ? byApp : byCookie))
    world.clock.advance(keptAfterwardsMs)
    await tend(world.auth)
    await assertRefused(await setStage(target), () => [byApp, byCookie])
  },
}

const revoked: InsideAttack = {
  line: '28',
  what: 'a kid that was revoked a moment ago',
  inside: true,
  async run(target, { world }) {
    const { app, cookie } = await setStage(target)
    assert.equal(await world.auth.keys.revoke(app.header.kid), true)
    await assertRefused(await setStage(target), () => [app.token, cookie.token])
  },
}

const revokedElsewhere: InsideAttack = {
  line: '28',
  what: 'a kid that another process has revoked a second ago',
  inside: true,
  async run(target, { world, another }) {
    const { app, cookie } = await setStage(target)
    const other = await another()
    assert.equal(await other.world.auth.keys.revoke(app.header.kid), true)
    world.clock.advance(1001)
    const { status } = await target.send(me(['Authorization', `Bearer ${app.token}`]))
    assert.equal(status, 401, 'it is taken here still')
    await assertRefused(await setStage(target), () => [app.token, cookie.token])
  },
}

const flood: OutsideAttack = {
  line: '32',
  what: 'three hundred kids that nobody knows',
  async run(target) {
    const { token } = await setScene(target)
    const { plain, answers } = await floodOf(target, token)
    for (const answer of answers) assert.deepEqual(faceOf(answer), faceOf(plain))
    assert.equal(
      (await target.send(me(['Authorization', `Bearer ${token}`]))).status,
      200,
      'the token is dead',
    )
  },
}

const floodBehind: InsideAttack = {
  line: '32',
  what: 'for three hundred kids the keys are read once, and nothing else is',
  inside: true,
  async run(target, { world }) {
    const { token } = await setScene(target)
    world.store.forget()
    await floodOf(target, token)
    assert.deepEqual(world.store.calls, ['keys.list'])
    world.clock.advance(1001)
    await floodOf(target, token)
    assert.equal(
      world.store.calls.filter((call) => call === 'keys.list').length,
      2,
      'not read again a second later',
    )
    assert.equal(
      (await target.send(me(['Authorization', `Bearer ${token}`]))).status,
      200,
      'the token is dead',
    )
  },
}

const deafStore: InsideAttack = {
  line: '32',
  what: 'kids that nobody knows while the store cannot be read: others are served',
  inside: true,
  async run(target, { world }) {
    const { token } = await setScene(target)
    world.store.meddle(async (call) => {
      if (call.name === 'keys.list') throw new Error('the store is gone')
      return call.proceed()
    })
    const { answers } = await floodOf(target, token)
    for (const { status } of answers) assert.equal(status, 503)
    assert.equal(
      (await target.send(me(['Authorization', `Bearer ${token}`]))).status,
      200,
      'the token is dead',
    )
  },
}

export const tokensKeys: readonly Attack[] = [
  ...altered([
    {
      line: '28',
      what: 'kids that could have been',
      parts: ({ header }) =>
        [
          '',
          '0',
          '1',
          'default',
          'key-1',
          'current',
          'old',
          'null',
          'undefined',
          '*',
          '2026-01-01',
          'A'.repeat(43),
        ].map((kid) => ({ header: { ...header, kid } })),
    },
  ]),
  retired,
  revoked,
  revokedElsewhere,
  flood,
  floodBehind,
  deafStore,
]

async function tend(auth: object): Promise<void> {
  await coreOf(auth).kernel.keyring.tend()
}

/** In ten waves of thirty at once, and what a token of one letter is answered. */
async function floodOf(
  target: Target,
  token: string,
): Promise<{ readonly plain: RawAnswer; readonly answers: readonly RawAnswer[] }> {
  const [head = '', body, signature] = token.split('.')
  const header: object = JSON.parse(Buffer.from(head, 'base64url').toString())
  const answers: RawAnswer[] = []
  for (let wave = 0; wave < 10; wave++) {
    answers.push(
      ...(await atOnce(30, () => {
        const kid = randomBytes(32).toString('base64url')
        return target.send(me(['Authorization', `Bearer ${encode({ ...header, kid })}.${body}.${signature}`]))
      })),
    )
  }
  return { plain: await target.send(me(['Authorization', 'Bearer x'])), answers }
}
