// The demonstration of the bound: what its judge calls a violation, and short runs of it on the built library.
// A run leaves neither a process nor a file, however it ends.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, type TestContext } from 'vitest'
import { createBentClock } from '../../scripts/demo-bound/bent-clock.mjs'
import { type Decision, faultOf, type Judged } from '../../scripts/demo-bound/judge.mjs'
import { makeFolder } from '../support/folder.js'

const live: Judged = { end: null, roles: [] }
const ended: Judged = { end: { doneAt: 5000, process: 0 }, roles: [] }
const ending: Judged = { end: { doneAt: Number.POSITIVE_INFINITY, process: -1 }, roles: [] }
const promoted: Judged = { end: null, roles: [{ version: 1, doneAt: 5000, process: 0 }] }

function decision(how: Partial<Decision>): Decision {
  const usual = { process: 1, check: 'feed', status: 200, version: 0, tokenSince: null } as const
  const sentAt = how.sentAt ?? 5500
  return { ...usual, sentAt, decidedAt: sentAt + 1, answeredAt: sentAt + 2, ...how }
}

describe('the judge', () => {
  it.each<{ what: string; session: Judged; how: Partial<Decision>; fault: string | null }>([
    { what: 'a live session, let in', session: live, how: {}, fault: null },
    {
      what: 'an ended one, let in within the bound',
      session: ended,
      how: { sentAt: 5900, decidedAt: 6000 },
      fault: null,
    },
    {
      what: 'an ended one, decided after the bound, however early it was sent',
      session: ended,
      how: { sentAt: 4000, decidedAt: 6001 },
      fault: 'ended, and let in',
    },
    {
      what: 'an ended one, sent after the bound, whatever the process says of the decision',
      session: ended,
      how: { sentAt: 6001, decidedAt: 5000 },
      fault: 'ended, and let in',
    },
    {
      what: 'an ended one, sent after the bound, and the process does not say when it decided',
      session: ended,
      how: { sentAt: 6001, decidedAt: null },
      fault: 'ended, and let in',
    },
    {
      what: 'an ended one, decided in time, whose answer came late',
      session: ended,
      how: { sentAt: 4000, decidedAt: 5999, answeredAt: 9000 },
      fault: null,
    },
    {
      what: 'an ended one, sent to the process that had ended it',
      session: ended,
      how: { process: 0, sentAt: 5001 },
      fault: 'ended, and let in',
    },
    {
      what: 'an ended one, sent after the end to where the store is read',
      session: ended,
      how: { check: 'store', sentAt: 5001 },
      fault: 'ended, and let in',
    },
    {
      what: 'an ended one, sent before the end to where the store is read',
      session: ended,
      how: { check: 'store', sentAt: 4999, decidedAt: 5003 },
      fault: null,
    },
    {
      what: 'one whose end nobody has been told of yet, let in',
      session: ending,
      how: { sentAt: 90_000 },
      fault: null,
    },
    {
      what: 'one whose end nobody has been told of yet, refused',
      session: ending,
      how: { status: 401 },
      fault: null,
    },
    {
      what: 'a live one, refused',
      session: live,
      how: { status: 401 },
      fault: 'live, and refused',
    },
    {
      what: 'a live one, answered with an error',
      session: live,
      how: { status: 500 },
      fault: 'live, and refused',
    },
    { what: 'old roles within the bound', session: promoted, how: {}, fault: null },
    {
      what: 'old roles after the bound',
      session: promoted,
      how: { sentAt: 6001 },
      fault: 'old roles, and let in',
    },
    {
      what: 'new roles before they were acknowledged',
      session: promoted,
      how: { sentAt: 4000, version: 1 },
      fault: null,
    },
    {
      what: 'a token from before a change of roles, refused',
      session: promoted,
      how: { status: 401, tokenSince: 4990 },
      fault: null,
    },
    {
      what: 'a token from after a change of roles, refused',
      session: promoted,
      how: { status: 401, tokenSince: 5001 },
      fault: 'live, and refused',
    },
    {
      what: 'a session without a token, refused after a change of roles',
      session: promoted,
      how: { status: 401 },
      fault: 'live, and refused',
    },
  ])('judges $what: $fault', ({ session, how, fault }) => {
    expect(faultOf(session, decision(how), false)).toBe(fault)
  })

  it.each([503, null])('takes %s for an answer only of a process in trouble', (status) => {
    expect(faultOf(live, decision({ status }), true)).toBeNull()
    expect(faultOf(live, decision({ status }), false)).toBe('no answer in time')
  })

  it('is not softened by trouble: who was stopped may not let in either', () => {
    expect(faultOf(ended, decision({ sentAt: 6001 }), true)).toBe('ended, and let in')
    expect(faultOf(live, decision({ status: 401 }), true)).toBe('live, and refused')
  })
})

describe('a bent clock', () => {
  it('has a wall clock that jumps, and a monotonic one that stands still and never runs backwards', () => {
    let time = 1000
    const { clock, bend } = createBentClock(
      () => undefined,
      () => time,
    )
    const wall = clock.now()
    bend({ hand: 'wall', at: 2000, by: -3_600_000 })
    bend({ hand: 'monotonic', at: 500, by: 300 })
    const monotonic: number[] = []
    const walls: number[] = []
    for (time of [1000, 1200, 1300, 1999, 2000, 2100]) {
      monotonic.push(clock.monotonic())
      walls.push(clock.now() - wall)
    }
    expect(monotonic).toEqual([1000, 1000, 1000, 1699, 1700, 1800])
    expect(walls).toEqual([0, 200, 300, 999, 1000 - 3_600_000, 1100 - 3_600_000])
  })

  it('notes when each hand was read', () => {
    const reading = { wall: 0, monotonic: 0 }
    let time = 10
    const { clock } = createBentClock(
      () => reading,
      () => time,
    )
    clock.now()
    time = 20
    clock.monotonic()
    expect(reading).toEqual({ wall: 10, monotonic: 20 })
  })
})

describe.concurrent('a run', () => {
  it('finds that the promise holds', { timeout: 60_000 }, async (test) => {
    const run = start(test, '--seconds', '5', '--processes', '3', '--clients', '30', '--seed', '7')
    test.expect(await run.ended).toBe(0)
    test.expect(run.output()).toMatch(/^violations +0$/m)
    test.expect(run.output()).toContain('The promise held.')
    const [, letIn, all] = /live: (\d+) of (\d+) let in/.exec(run.output()) ?? []
    test.expect(Number(all)).toBeGreaterThan(0)
    test.expect(letIn).toBe(all)
    run.expectNothingLeft()
  })

  it('finds a process that does not hear of changes', { timeout: 60_000 }, async (test) => {
    const run = start(test, '--seconds', '4', '--processes', '3', '--clients', '30', '--sabotage')
    test.expect(await run.ended).toBe(1)
    test.expect(run.output()).toMatch(/^ +\d+ × ended, and let in; the first: process 2 answered/m)
    test.expect(run.output()).toContain('THE PROMISE WAS BROKEN.')
    run.expectNothingLeft()
  })

  it('says what it has seen when Ctrl-C ends it', { timeout: 60_000 }, async (test) => {
    const run = start(test, '--seconds', '600', '--processes', '2', '--clients', '10')
    await run.says(/^ +2s /m)
    run.interrupt()
    test.expect(await run.ended).toBe(0)
    test.expect(run.output()).toMatch(/^last look, at every process +none: stopped before$/m)
    test.expect(run.output()).toContain('The promise held.')
    run.expectNothingLeft()
  })

  it.for([
    ['--processes', '1'],
    ['--seconds', 'soon'],
    ['--clients', '0'],
  ])('does not begin with %s %s', async (args, test) => {
    const run = start(test, ...args)
    test.expect(await run.ended).toBe(2)
    test.expect(run.output()).toContain(`Not: ${args[1]}`)
  })
})

/** The script in a process group of its own, with a folder for its temporary files. */
function start({ expect, onTestFinished }: TestContext, ...args: string[]) {
  const script = fileURLToPath(new URL('../../scripts/demo-bound.mjs', import.meta.url))
  const built = fileURLToPath(new URL('../../packages/sessera/dist/create-auth.js', import.meta.url))
  if (!existsSync(built)) throw new Error(`There is no ${built}. Run "npm run build" first.`)
  const folder = makeFolder()
  const child = spawn(process.execPath, [script, ...args], {
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const group = -(child.pid ?? 0)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  let over = false
  const ended = once(child, 'close').then(([code]) => {
    over = true
    return code as number | null
  })
  onTestFinished(() => {
    if (isThere(group)) process.kill(group, 'SIGKILL')
    folder.remove()
  })
  return {
    ended,
    output: () => output,
    interrupt: () => void process.kill(group, 'SIGINT'),
    async says(text: RegExp) {
      while (!text.test(output)) {
        if (over) throw new Error(`It ended without saying ${text}:\n${output}`)
        await Promise.race([once(child.stdout, 'data'), ended])
      }
    },
    expectNothingLeft() {
      expect(isThere(group)).toBe(false)
      expect(readdirSync(folder.path)).toEqual([])
    },
  }
}

function isThere(group: number): boolean {
  try {
    process.kill(group, 0)
    return true
  } catch {
    return false
  }
}
