// docs/guide/first-day.md, followed to the letter: its commands in their order, and between them what it promises. The
// attack, the people who come in meanwhile and the second machine are real.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atOnce, tally } from '../support/auth.js'
import { makeFolder } from '../support/folder.js'
import { Operator, type Printed } from './operator.js'
import { type Person, people, usersCsv } from './people.js'

const guide = readFileSync(new URL('../../docs/guide/first-day.md', import.meta.url), 'utf8')
const commands = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
)
const adminPassword = 'the first of all passphrases'
const maxStalenessMs = 1000
const folder = makeFolder()
let operator: Operator
let followed = 0

beforeAll(async () => {
  operator = await Operator.arrive(folder.path)
  operator.moveTo(join(folder.path, 'sessera-data'))
  writeFileSync(join(folder.path, 'users.csv'), usersCsv())
})

afterAll(async () => {
  await operator?.stop()
  folder.remove()
})

/** The next command of the guide, which is this one. */
function next(command: string): string {
  expect(commands[followed]).toBe(command)
  followed++
  return command
}

async function follow(command: string): Promise<Printed> {
  const printed = await operator.type(next(command))
  expect(printed, printed.stderr).toMatchObject({ code: 0 })
  return printed
}

interface Held {
  readonly cookie: string
  readonly accessToken: string
  readonly refreshToken: string
}

const nobody: Held = { cookie: '', accessToken: '', refreshToken: '' }

async function signIn(
  { username, password }: Person,
  { from, mode = 'session', cookie = '' }: { from: string; mode?: string; cookie?: string },
): Promise<Held & { readonly status: number; readonly device: string }> {
  const answer = await operator.ask('/auth/login', {
    from,
    json: { username, password, mode },
    headers: cookie === '' ? {} : { cookie },
  })
  const cookies = answer.headers.getSetCookie().map((text) => text.split(';', 1)[0] ?? '')
  return {
    status: answer.status,
    cookie: cookies.find((text) => /^sessera-session-\d+=./.test(text)) ?? '',
    device: cookies.find((text) => text.startsWith('sessera-device')) ?? '',
    accessToken: String(answer.body['access_token'] ?? ''),
    refreshToken: String(answer.body['refresh_token'] ?? ''),
  }
}

async function me({ cookie, accessToken }: Held): Promise<number> {
  const headers = cookie === '' ? { authorization: `Bearer ${accessToken}` } : { cookie }
  return (await operator.ask('/auth/me', { headers })).status
}

function person(at: number): Person {
  const found = people[at]
  if (found === undefined) throw new Error(`There is no person ${at}.`)
  return found
}

function hashOf({ username }: Person): string {
  const database = new DatabaseSync(join(folder.path, 'sessera-data', 'sessera.db'))
  const [row] = database
    .prepare('SELECT password_hash FROM sessera_users WHERE username_key = ?')
    .all(username) as { password_hash: string }[]
  database.close()
  return row?.password_hash ?? ''
}

describe('the first day', () => {
  it('installs, and doctor has nothing worse than warnings', async () => {
    next('npm install --global sessera-server')
    const { stdout } = await follow('sessera doctor')
    expect(stdout).toMatch(/administrator/i)
  })

  it('starts, and the link makes the first administrator, once', async () => {
    const printed = await operator.serve(next('sessera serve'))
    expect(printed).toContain('setup-link')
    expect(printed).not.toContain('token=')
    const link = readFileSync(join(folder.path, 'sessera-data', 'setup-link'), 'utf8').trim()
    const page = await operator.ask(link)
    expect(page.status).toBe(200)
    const field = (name: string): string =>
      new RegExp(`name="${name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="${name}"`)
        .exec(page.text)
        ?.slice(1)
        .find((value) => value !== undefined) ?? ''
    const hidden = Object.fromEntries(
      [...page.text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => {
        const name = /name="([^"]*)"/.exec(input)?.[1] ?? ''
        return [name, field(name)]
      }),
    )
    const cookie = page.headers
      .getSetCookie()
      .map((text) => text.split(';', 1)[0])
      .join('; ')
    const form = { ...hidden, username: 'root-of-all', password: adminPassword }
    const headers = { cookie, origin: operator.origin }
    const done = await operator.ask(link, { form, headers })
    expect([200, 303]).toContain(done.status)
    expect((await operator.ask(link, { form, headers })).status).toBeGreaterThanOrEqual(400)

    const admin = await signIn(
      { username: 'root-of-all', password: adminPassword },
      { from: '192.0.2.1', mode: 'token' },
    )
    const users = await operator.ask('/auth/admin/users', {
      headers: { authorization: `Bearer ${admin.accessToken}` },
    })
    expect([users.status, users.text.includes('root-of-all')]).toEqual([200, true])
  })

  it('brings ten thousand users in, whose old passwords open and whose hashes are renewed', async () => {
    const dry = await follow('sessera users import users.csv --dry-run')
    expect(`${dry.stdout}${dry.stderr}`).toMatch(/10,?000/)
    expect(hashOf(person(0))).toBe('')
    await follow('sessera users import users.csv --rejected rejected.jsonl')
    const list = await follow('sessera users list --search user-0000 --limit 5')
    expect(list.stdout.match(/user-0000\d/g)?.length).toBeGreaterThanOrEqual(5)

    for (let at = 100; at < 140; at++) {
      const who = person(at)
      expect(hashOf(who)).toMatch(/^(?:pbkdf2_sha256\$|\$2[aby]\$)/)
      expect((await signIn(who, { from: `10.1.0.${at}` })).status).toBe(200)
      expect(hashOf(who)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect((await signIn(who, { from: `10.1.1.${at}` })).status).toBe(200)
    }
    const wrong = { ...person(200), password: 'not the old password' }
    expect((await signIn(wrong, { from: '10.1.2.1' })).status).toBe(401)
    expect(hashOf(wrong)).not.toContain('argon2')

    const created = await follow('sessera users create grace --email grace@example.org --role member')
    expect(created.stdout).toMatch(/\/welcome\?invitation=[\w-]+/)
  })

  it('slows a sprayer down, by account and by address, while people come in', async () => {
    const known = await signIn(person(1), { from: '198.51.100.7' })
    expect(known.status).toBe(200)

    const guess = (at: number, from: string): ReturnType<typeof signIn> =>
      signIn({ username: person(at).username, password: `Spring 2026 is here ${at % 3}` }, { from })
    const oneAddress = tally(
      (await inRows(20, 400, (at) => guess(2000 + at, '203.0.113.66'))).map(({ status }) => status),
    )
    expect(oneAddress).toEqual({ 401: 300, 429: 100 })

    const oneAccount = tally(
      (await inRows(20, 200, (at) => guess(1, `203.0.113.${at}`))).map(({ status }) => status),
    )
    expect(oneAccount[401]).toBeLessThanOrEqual(12)

    const manyAddresses = tally(
      (await inRows(20, 1500, (at) => guess(4000 + at, `198.18.${at % 30}.1`))).map(({ status }) => status),
    )
    expect(manyAddresses[401]).toBeLessThanOrEqual(900)
    expect(manyAddresses[429]).toBeGreaterThanOrEqual(500)

    const [owner, strangers] = await Promise.all([
      signIn(person(1), { from: '198.51.100.7', cookie: known.device }),
      atOnce(20, (at) => signIn(person(300 + at), { from: `192.0.2.${50 + at}` })),
    ])
    expect(owner.status).toBe(200)
    expect(tally(strangers.map(({ status }) => status))).toEqual({ 200: 20 })

    const { stdout } = await follow('sessera audit tail -n 200')
    expect(stdout).toMatch(/authn_login_fail|excess_rate_limit_exceeded/)
    await follow('sessera users unlock user-00001')
    expect((await signIn(person(1), { from: '192.0.2.99' })).status).toBe(200)
    expect((await follow('sessera users invite user-00001')).stdout).toMatch(/\/welcome\?invitation=/)
  })

  it('disables somebody, whose token is refused at the next request once the bound is over', async () => {
    const [bySession, byToken, byHybrid] = await Promise.all(
      ['session', 'token', 'hybrid'].map((mode) => signIn(person(2), { from: '192.0.2.2', mode })),
    )
    for (const held of [bySession, byToken, byHybrid]) expect(await me(held ?? nobody)).toBe(200)
    await follow('sessera users disable user-00002')
    // The command is another process: the server hears of it within milliseconds as a rule, within this in any case.
    await wait(maxStalenessMs)
    for (const held of [bySession, byToken, byHybrid]) expect(await me(held ?? nobody)).toBe(401)
    expect((await signIn(person(2), { from: '192.0.2.3' })).status).toBe(401)
  })

  it('rotates keys under load, and nobody is refused', async () => {
    const holders = await atOnce(10, (at) =>
      signIn(person(500 + at), { from: `192.0.2.${at}`, mode: at % 2 === 0 ? 'token' : 'hybrid' }),
    )
    const statuses: number[] = []
    let rotated = false
    const load = holders.map(async (held) => {
      while (!rotated) statuses.push(await me(held))
      for (let more = 0; more < 20; more++) statuses.push(await me(held))
    })
    await follow('sessera keys rotate')
    const { stdout } = await follow('sessera keys list')
    rotated = true
    await Promise.all(load)
    expect(stdout).toMatch(/pending/)
    expect(tally(statuses)).toEqual({ 200: statuses.length })
    expect(statuses.length).toBeGreaterThan(300)
  })

  it('moves to another machine with a backup, and nobody is revived', async () => {
    const before = await atOnce(6, (at) =>
      signIn(person(600 + at), { from: `192.0.2.${at}`, mode: ['session', 'token'][at % 2] ?? 'session' }),
    )
    await follow('sessera backup monday.db')
    const after = await atOnce(4, (at) =>
      signIn(person(700 + at), { from: `192.0.2.${at}`, mode: ['session', 'token'][at % 2] ?? 'session' }),
    )
    const [leaver] = before
    await operator.ask('/auth/logout', {
      json: {},
      headers: { cookie: leaver?.cookie ?? '', origin: operator.origin },
    })
    expect(await operator.stop()).toBe(0)

    const elsewhere = join(folder.path, 'another-machine')
    mkdirSync(elsewhere, { mode: 0o700 })
    cpSync(join(folder.path, 'sessera-data', 'secret'), join(elsewhere, 'secret'))
    operator.moveTo(elsewhere)
    await follow('sessera restore monday.db')
    expect(followed).toBe(commands.length)
    await operator.serve('sessera serve')

    for (const held of [...before, ...after]) expect(await me(held)).toBe(401)
    for (const { refreshToken } of [...before, ...after].filter((held) => held.refreshToken !== '')) {
      const refreshed = await operator.ask('/auth/refresh', { json: { refresh_token: refreshToken } })
      expect(refreshed.status).toBe(401)
    }
    expect((await signIn(person(600), { from: '192.0.2.200' })).status).toBe(200)
    expect((await signIn(person(2), { from: '192.0.2.201' })).status).toBe(401)
  })
})

/** `count` calls, so many at a time. */
async function inRows<T>(
  wide: number,
  count: number,
  call: (at: number) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = []
  for (let from = 0; from < count; from += wide) {
    results.push(...(await atOnce(Math.min(wide, count - from), (at) => call(from + at))))
  }
  return results
}
