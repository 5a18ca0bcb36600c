// How the record reaches the store: in order, in batches, one at a time; what happens when the store takes nothing.

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AuditEvent, auditNames } from '../../../packages/sessera/src/domain/audit.js'
import { type AuditTrail, createAuditTrail } from '../../../packages/sessera/src/kernel/audit-trail.js'
import { createEventHub } from '../../../packages/sessera/src/kernel/events.js'

interface Scene {
  readonly trail: AuditTrail
  /** What the store has, one list for each append that succeeded. */
  readonly appends: (readonly AuditEvent[])[]
  /** What listeners were told. */
  readonly told: AuditEvent[]
  now: number
  readonly log: { readonly message: string; readonly fields: Readonly<Record<string, unknown>> | undefined }[]
  attempts: number
  /** What the next appends wait for or fail with. */
  before: () => Promise<void>
}

const works = async (): Promise<void> => undefined
const fails = async (): Promise<void> => {
  throw new Error('The disk is full.')
}

function setScene(): Scene {
  const log: Scene['log'] = []
  const write = (message: string, fields?: Readonly<Record<string, unknown>>): void =>
    void log.push({ message, fields })
  const events = createEventHub({ info: write, warn: write, error: write })
  const scene: Scene = {
    appends: [],
    told: [],
    log,
    attempts: 0,
    now: 1_700_000_000_000,
    before: works,
    trail: createAuditTrail({
      store: {
        async append(batch) {
          scene.attempts += 1
          await scene.before()
          scene.appends.push([...batch])
          return { value: undefined, now: 0 }
        },
      },
      storeTime: { now: () => scene.now },
      events,
      log: { info: write, warn: write, error: write },
    }),
  }
  events.on('audited', (event) => scene.told.push(event))
  return scene
}

/** Records `count` events that can be told apart. */
function recordMany(trail: AuditTrail, count: number, from = 0): void {
  for (let i = from; i < from + count; i++) trail.record('user_updated', { cause: String(i) })
}

const causesOf = (events: readonly AuditEvent[]): (string | null)[] => events.map(({ cause }) => cause)
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i))

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

describe('writing', () => {
  it('takes together what was recorded in one step, and in the order of recording', async () => {
    const { trail, appends } = setScene()
    recordMany(trail, 5)
    await trail.flush()
    expect(appends.map(causesOf)).toEqual([numbers(0, 5)])
  })

  it('goes one append at a time; the next takes all that has gathered, a thousand at most', async () => {
    const scene = setScene()
    let open = (): void => undefined
    let running = 0
    scene.before = async () => {
      running += 1
      expect(running).toBe(1)
      await new Promise<void>((resolve) => {
        open = resolve
      })
      running -= 1
    }
    recordMany(scene.trail, 1)
    await new Promise(setImmediate)
    recordMany(scene.trail, 2500, 1)
    expect([scene.attempts, scene.trail.waiting]).toEqual([1, 2501])
    const flushed = scene.trail.flush()
    for (let i = 0; i < 4; i++) {
      open()
      await new Promise(setImmediate)
    }
    await flushed
    expect(scene.appends.map(({ length }) => length)).toEqual([1, 1000, 1000, 500])
    expect(causesOf(scene.appends.flat())).toEqual(numbers(0, 2501))
    expect(scene.trail.waiting).toBe(0)
  })

  it('begins anew by itself whenever something is recorded, also just when it has ended', async () => {
    for (let gap = 0; gap < 20; gap++) {
      const { trail, appends } = setScene()
      recordMany(trail, 1)
      for (let step = 0; step < gap; step++) await null
      recordMany(trail, 1, 1)
      await new Promise(setImmediate)
      expect(causesOf(appends.flat())).toEqual(['0', '1'])
    }
  })
})

describe('a store that fails', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is tried again with growing pauses, is told of once, and gets everything in order', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 3)
    await vi.advanceTimersByTimeAsync(0)
    const attempts: number[] = []
    for (const ms of [99, 1, 199, 1, 399, 1, 50_400, 30_000, 29_999, 1]) {
      await vi.advanceTimersByTimeAsync(ms)
      attempts.push(scene.attempts)
    }
    // 100, 200, 400 ms after the one before, and so on, at last every half minute.
    expect(attempts).toEqual([1, 2, 2, 3, 3, 4, 10, 11, 11, 12])
    recordMany(scene.trail, 2, 3)
    scene.before = works
    await vi.advanceTimersByTimeAsync(30_000)
    expect(scene.appends.map(causesOf)).toEqual([numbers(0, 5)])
    expect(scene.log.map(({ message }) => message)).toEqual([
      'The record of events could not be written. Trying again.',
    ])
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([0, 0])
  })

  it('costs no listener anything', () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 3)
    expect(causesOf(scene.told)).toEqual(numbers(0, 3))
  })

  it('for too long loses the oldest, counted and told when it works again', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 10_000)
    await vi.advanceTimersByTimeAsync(0)
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([10_000, 0])
    recordMany(scene.trail, 25, 10_000)
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([10_000, 25])

    scene.before = works
    await vi.advanceTimersByTimeAsync(30_000)
    const kept = scene.appends.flat()
    expect(causesOf(kept)).toEqual([...numbers(25, 10_025), '25'])
    expect(kept.at(-1)).toMatchObject({ name: 'sys_audit_dropped', actorId: null, requestId: null })
    expect(scene.log.at(-1)).toEqual({
      message: 'Events are missing in the record: it could not be written for too long.',
      fields: { events: 25 },
    })

    recordMany(scene.trail, 1)
    await scene.trail.flush()
    expect(scene.appends.flat().filter(({ name }) => name === 'sys_audit_dropped')).toHaveLength(1)
    expect(scene.trail.dropped).toBe(25)
  })

  it('is left alone until its pause is over', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 1)
    await vi.advanceTimersByTimeAsync(99)
    recordMany(scene.trail, 1)
    await vi.advanceTimersByTimeAsync(0)
    expect(scene.attempts).toBe(1)
  })

  it('once more is told of once more, and tried again as soon as the first time', async () => {
    const scene = setScene()
    for (const round of [1, 2]) {
      scene.before = fails
      recordMany(scene.trail, 1)
      await vi.advanceTimersByTimeAsync(100)
      scene.before = works
      await vi.advanceTimersByTimeAsync(200)
      expect([scene.trail.waiting, scene.attempts, scene.log.length]).toEqual([0, 3 * round, round])
      scene.before = fails
    }
  })

  it('for too long once more is told with what was lost that time', async () => {
    const scene = setScene()
    for (const lost of [1, 2]) {
      scene.before = fails
      recordMany(scene.trail, 10_000 + lost)
      await vi.advanceTimersByTimeAsync(0)
      scene.before = works
      await vi.advanceTimersByTimeAsync(100)
    }
    const told = scene.told.filter(({ name }) => name === 'sys_audit_dropped')
    expect([causesOf(told), scene.trail.dropped]).toEqual([['1', '2'], 3])
  })

  it('or is merely slow loses what is too much, which is told as well', async () => {
    const scene = setScene()
    let answer = (): void => undefined
    scene.before = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    recordMany(scene.trail, 1000)
    await vi.advanceTimersByTimeAsync(0)
    recordMany(scene.trail, 9003, 1000)
    expect([scene.trail.waiting, scene.trail.dropped]).toEqual([10_000, 3])
    scene.before = works
    answer()
    await scene.trail.flush()
    expect(causesOf(scene.appends.flat())).toEqual([...numbers(0, 1000), ...numbers(1003, 10_003), '3'])
    expect(scene.log.at(-1)).toMatchObject({ fields: { events: 3 } })
  })

  it('does not hold up a flush, which is another attempt', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 1)
    await scene.trail.flush()
    await scene.trail.flush()
    expect([scene.attempts, scene.trail.waiting]).toEqual([2, 1])
    scene.before = works
    await scene.trail.flush()
    expect(causesOf(scene.appends.flat())).toEqual(['0'])
  })

  it('gets a last attempt at the end, and no more', async () => {
    const scene = setScene()
    scene.before = fails
    recordMany(scene.trail, 2)
    await scene.trail.flush()
    await scene.trail.close()
    expect(scene.log.at(-1)).toMatchObject({
      message: 'Events are missing in the record: it could not be written before the end.',
      fields: { events: 2 },
    })
    const { attempts } = scene
    recordMany(scene.trail, 1, 2)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([attempts, scene.attempts]).toEqual([2, 2])
    expect(causesOf(scene.told)).toEqual(numbers(0, 3))
  })

  it('and never answers holds up the end for five seconds', async () => {
    const scene = setScene()
    scene.before = () => new Promise(() => undefined)
    recordMany(scene.trail, 1)
    let closed = false
    const closing = scene.trail.close().then(() => {
      closed = true
    })
    await vi.advanceTimersByTimeAsync(4999)
    expect(closed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await closing
    expect(scene.log.at(-1)).toMatchObject({ fields: { events: 1 } })
  })
})

it('closing keeps what was recorded until then, and says nothing', async () => {
  const { trail, appends, log } = setScene()
  recordMany(trail, 1500)
  await trail.close()
  expect(causesOf(appends.flat())).toEqual(numbers(0, 1500))
  expect(log).toEqual([])
})

it('what is recorded after closing is told, and not kept', async () => {
  const { trail, appends, told } = setScene()
  await trail.close()
  recordMany(trail, 1)
  await trail.flush()
  expect([told.length, appends.length, trail.waiting]).toEqual([1, 0, 0])
})

it('the guide says of every name when it is recorded, and of no other', () => {
  const guide = readFileSync(new URL('../../../docs/guide/audit.md', import.meta.url), 'utf8')
  const rows = [...guide.matchAll(/^\| `(\w+_\w+)` \| \w/gm)].map(([, name]) => name)
  expect(rows).toEqual(auditNames)
})
