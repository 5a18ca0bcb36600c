// What is on record of an event: plain lines, bounded, and not without end.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type AuditEvent, auditNames } from '../../../packages/sessera/src/domain/audit.js'
import { type Scene, setScene } from './audit-scene.js'

describe('an event', () => {
  it('says what it is about; the rest is null', async () => {
    const { trail, appends, told } = setScene()
    trail.record('session_ended', {
      actorId: 'ada',
      userId: 'bob',
      sessionId: 's1',
      ip: '192.0.2.1',
      requestId: 'r1',
      cause: 'ended_by_user',
    })
    trail.record('sessions_ended_everyone')
    await trail.flush()
    const nobody = {
      actorId: null,
      userId: null,
      sessionId: null,
      ip: null,
      userAgent: null,
      requestId: null,
      cause: null,
    }
    const expected = [
      {
        ...nobody,
        at: 1_700_000_000_000,
        name: 'session_ended',
        actorId: 'ada',
        userId: 'bob',
        sessionId: 's1',
        ip: '192.0.2.1',
        requestId: 'r1',
        cause: 'ended_by_user',
      },
      { ...nobody, at: 1_700_000_000_000, name: 'sessions_ended_everyone' },
    ]
    expect(appends.flat()).toEqual(expected)
    expect(told).toEqual(expected)
  })

  it('cannot be changed by a listener', () => {
    const { trail, told } = setScene()
    trail.record('user_created', { userId: 'ada' })
    expect(Object.isFrozen(told[0])).toBe(true)
  })

  const characters = [
    ['a line break', 'a\r\nb', 'a  b'],
    ['an escape sequence', '\u001b[2Ja', ' [2Ja'],
    ['a C1 control', 'a\u0085b\u009bc', 'a b c'],
    ['NUL', 'a\0b', 'a b'],
    ['Unicode line separators', 'a\u2028b\u2029c', 'a b c'],
    ['bidirectional overrides', 'a\u202eb\u2066c\u200fd', 'a b c d'],
    ['half a character', 'a\ud800b', 'a b'],
    ['an emoji', 'a\u{1f600}b', 'a\u{1f600}b'],
  ] as const
  it.each(characters)('with %s stays one plain line', (_what, given, kept) => {
    const { trail, told } = setScene()
    trail.record('session_ended', {
      actorId: given,
      userId: given,
      sessionId: given,
      ip: given,
      userAgent: given,
      requestId: given,
      cause: given,
    })
    const { at: _at, name: _name, ...texts } = told[0] ?? {}
    expect(new Set(Object.values(texts))).toEqual(new Set([kept]))
  })

  it('is bounded, and not cut through a character', () => {
    const { trail, told } = setScene()
    const long = `${'x'.repeat(63)}${'\u{1f600}'.repeat(1000)}`
    trail.record('session_ended', { userId: long, userAgent: long, requestId: long, cause: `x${long}` })
    const [event] = told
    expect(event?.cause).toBe(`${'x'.repeat(64)} `)
    expect(event?.userId).toHaveLength(128)
    expect(event?.userAgent).toHaveLength(512)
    expect(event?.requestId).toHaveLength(64)
  })

  it('with what is no text at all, as apps without types may hand on, hurts nobody', async () => {
    const { trail, appends } = setScene()
    const unspeakable: unknown = Object.create(null)
    trail.record('session_ended', { userId: 7 as unknown as string })
    expect(() => trail.record('session_ended', { userId: unspeakable as string })).not.toThrow()
    await trail.flush()
    expect(appends.flat().map(({ userId }) => userId)).toEqual(['7'])
  })
})

describe('refusals without end', () => {
  it('are kept to sixty a minute for each who is refused, and told no oftener', async () => {
    const scene = setScene()
    const refuse = (actorId: string, times: number): void => {
      for (let i = 0; i < times; i++) scene.trail.record('authz_fail', { actorId, cause: 'forbidden' })
    }
    const tally = (): readonly number[] =>
      ['mallory', 'ada'].map((name) => scene.told.filter(({ actorId }) => actorId === name).length)
    refuse('mallory', 1000)
    refuse('ada', 3)
    scene.trail.record('session_ended', { actorId: 'mallory' })
    expect(tally()).toEqual([61, 3])
    scene.now += 59_999
    refuse('mallory', 10)
    expect(tally()).toEqual([61, 3])
    scene.now += 1
    refuse('mallory', 10)
    expect(tally()).toEqual([71, 3])
    await scene.trail.flush()
    expect(scene.appends.flat()).toHaveLength(74)
    expect(scene.told.filter(({ name }) => name === 'sys_audit_dropped')).toEqual([])
  })

  const names = [
    'authn_login_fail',
    'authn_password_change_fail',
    'authz_fail',
    'excess_rate_limit_exceeded',
  ] as const
  /** From so many addresses, of so many users, as many times as an attacker likes. */
  const attack = ({ trail }: Scene, times: number): void => {
    for (let i = 0; i < times; i++) {
      const from = { ip: `2001:db8:0:${i.toString(16)}::1`, requestId: `r${i}` }
      for (const name of names) trail.record(name, { ...from, userId: `u${i}`, cause: 'any' })
    }
  }
  const kept = (events: readonly AuditEvent[]): readonly number[] =>
    names.map((wanted) => events.filter(({ name }) => name === wanted).length)
  const dropped = (events: readonly AuditEvent[]): readonly AuditEvent[] =>
    events.filter(({ name }) => name === 'sys_audit_dropped')

  it('of strangers are kept to six hundred of each name a minute, wherever they come from', async () => {
    const scene = setScene()
    attack(scene, 1000)
    scene.trail.record('authn_login_success', { userId: 'ada' })
    scene.trail.record('authz_fail', { actorId: 'ada' })
    await scene.trail.flush()
    for (const events of [scene.told, scene.appends.flat()]) {
      expect(kept(events)).toEqual([600, 600, 601, 600])
      expect(events).toHaveLength(2402)
    }
    scene.now += 59_999
    attack(scene, 1)
    await scene.trail.flush()
    expect(scene.told).toHaveLength(2402)
    scene.now += 1
    attack(scene, 1000)
    await scene.trail.flush()
    expect(kept(scene.appends.flat())).toEqual([1200, 1200, 1201, 1200])
    expect(scene.trail.dropped).toBe(0)
  })

  it('of strangers that were left out are told in one line, when the minute is over', async () => {
    const scene = setScene()
    attack(scene, 700)
    scene.now += 59_999
    await scene.trail.flush()
    expect(dropped(scene.told)).toEqual([])
    scene.now += 1
    scene.trail.record('user_updated', { actorId: 'ada', requestId: 'r1', ip: '192.0.2.1' })
    await scene.trail.flush()
    expect(scene.appends.flat().slice(-2)).toMatchObject([
      { name: 'sys_audit_dropped', cause: '400', actorId: null, requestId: null, ip: null },
      { name: 'user_updated', actorId: 'ada' },
    ])
    scene.now += 60_000
    await scene.trail.flush()
    expect(dropped(scene.appends.flat())).toHaveLength(1)
  })

  it.each([
    ['the next flush', (scene: Scene) => (scene.now += 60_000), (scene: Scene) => scene.trail.flush()],
    ['the end', () => undefined, (scene: Scene) => scene.trail.close()],
  ])('of strangers that were left out are told by %s', async (_when, wait, tell) => {
    const scene = setScene()
    attack(scene, 601)
    wait(scene)
    await tell(scene)
    expect(dropped(scene.appends.flat()).map(({ cause }) => cause)).toEqual(['4'])
  })
})

it('the guide says of every name when it is recorded, and of no other', () => {
  const guide = readFileSync(new URL('../../../docs/guide/audit.md', import.meta.url), 'utf8')
  const rows = [...guide.matchAll(/^\| `(\w+_\w+)` \| \w/gm)].map(([, name]) => name)
  expect(rows).toEqual(auditNames)
})
