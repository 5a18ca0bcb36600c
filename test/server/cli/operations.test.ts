// Sessions, keys and the record by command, while a server holds the same database open.

import { join } from 'node:path'
import { type Auth, createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../../support/folder.js'
import { type Ran, run, type Surroundings, secret } from './fake-shell.js'

let folder: ReturnType<typeof makeFolder>
let data: string
let auth: Auth
let adaId: string

beforeEach(async () => {
  folder = makeFolder()
  data = folder.path
  auth = createAuth({
    origin: 'http://localhost:3000',
    store: sqlite(join(data, 'sessera.db')),
    secrets: [secret],
  })
  adaId = (await auth.users.create({ username: 'ada' })).id
})
afterEach(async () => {
  await auth.close()
  folder.remove()
})

const cli = (...args: string[]): Promise<Ran> => run(data, args)
const cliIn = (surroundings: Surroundings, ...args: string[]): Promise<Ran> => run(data, args, surroundings)

async function start(userId = adaId, userAgent = 'a browser'): Promise<{ id: string; bearer: object }> {
  const from = { ip: '203.0.113.7', userAgent }
  const { sessionId, tokens } = await auth.sessions.start({ userId, mode: 'token', from })
  return { id: sessionId, bearer: { authorization: `Bearer ${tokens?.access_token}` } }
}

const isLive = (bearer: object): Promise<boolean> =>
  auth.authenticate(bearer as Record<string, string>, { check: 'store' }).then(
    () => true,
    () => false,
  )

describe('sessions', () => {
  it('are listed, with what their clients call themselves made harmless', async () => {
    const { id } = await start(adaId, '\u001b[2J\u202eevil')
    const { out } = await cli('sessions', 'list', 'ada')
    expect(out).toContain(`${id}  token`)
    expect(out).toContain('203.0.113.7')
    expect(out).not.toMatch(/[^\P{C}\n]/u)
    expect(JSON.parse((await cli('sessions', 'list', 'ada', '--json')).out)).toMatchObject([{ id }])
  })

  it('end one by one', async () => {
    const [one, two] = [await start(), await start()]
    expect((await cli('sessions', 'end', '--json', '--', one.id)).out).toBe('{"ended":1}\n')
    expect([await isLive(one.bearer), await isLive(two.bearer)]).toEqual([false, true])
    expect((await cli('sessions', 'end', '--', one.id)).code).toBe(3)
    const [event] = await auth.audit.list({ name: 'session_ended' })
    expect(event).toMatchObject({ actorId: 'cli:tester', sessionId: one.id, cause: 'ended_by_operator' })
  })

  it('end for one user', async () => {
    const { id: bobId } = await auth.users.create({ username: 'bob' })
    const [one, two, bobs] = [await start(), await start(), await start(bobId)]
    expect((await cli('sessions', 'end', '--user', 'ada')).err).toContain('signed out everywhere: 2 ended.')
    expect(await Promise.all([one, two, bobs].map(({ bearer }) => isLive(bearer)))).toEqual([
      false,
      false,
      true,
    ])
  })

  it('end for everyone, if that is meant', async () => {
    const one = await start()
    expect((await cliIn({ answers: ['no'] }, 'sessions', 'end', '--everyone')).code).toBe(1)
    expect(await isLive(one.bearer)).toBe(true)
    expect((await cli('sessions', 'end', '--everyone', '--yes')).code).toBe(0)
    expect(await isLive(one.bearer)).toBe(false)
  })
})

describe('keys', () => {
  it('are listed, and one more is published before it signs', async () => {
    const { out } = await cli('keys', 'rotate')
    const keys = JSON.parse((await cli('keys', 'list', '--json')).out) as { kid: string; state: string }[]
    expect(keys.map(({ state }) => state)).toEqual(['signing', 'pending'])
    expect(`${keys[1]?.kid}\n`).toBe(out)
    expect((await cli('keys', 'list')).out.split('\n')).toHaveLength(4)
  })

  it('are revoked at once: what they signed is refused', async () => {
    const { bearer } = await start()
    const [key] = await auth.keys.list()
    expect((await cli('keys', 'revoke', '--yes', '--', key?.kid ?? '')).code).toBe(0)
    // As soon as this process has heard of it.
    await expect.poll(() => isLive(bearer)).toBe(false)
    expect((await cli('keys', 'revoke', '--yes', '--', key?.kid ?? '')).code).toBe(3)
    expect(await isLive((await start()).bearer)).toBe(true)
  })
})

describe('the record', () => {
  it('tail shows the newest last', async () => {
    for (const name of ['bob', 'carl', 'dora']) await cli('users', 'create', name)
    const { out } = await cli('audit', 'tail', '-n', '2')
    expect(
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(/ +/)[1]),
    ).toEqual(['user_created', 'user_invited'])
  })

  it('tail --follow tells what comes, until it is stopped', async () => {
    const controller = new AbortController()
    const lines: string[] = []
    const onOut = (text: string): void => {
      lines.push(...text.split('\n').filter((line) => line !== ''))
      if (lines.some((line) => line.includes('user_disabled'))) controller.abort()
      else if (lines.length === 1) void auth.users.disable(adaId)
    }
    const surroundings = { onOut, interrupted: controller.signal }
    const ran = await cliIn(surroundings, 'audit', 'tail', '-n', '1', '--follow', '--json')
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual([
      'user_created',
      'user_disabled',
    ])
  })

  it('export has every line once, oldest first, however many there are', async () => {
    const users = Array.from({ length: 30 }, (_, index) => ({ username: `u${index}` }))
    for (const user of users) await auth.users.import([user])
    for (let round = 0; round < 1000; round += 1) await auth.users.unlock(adaId)
    await auth.close()
    const { out } = await cli('audit', 'export')
    const seqs = out
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { seq: number }).seq)
    expect(seqs.length).toBeGreaterThan(1000)
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index))
  })

  it('export keeps to a time', async () => {
    await auth.audit.list()
    const all = (await cli('audit', 'export')).out
    expect((await cli('audit', 'export', '--since', '1h')).out).toBe(all)
    expect((await cli('audit', 'export', '--until', '1h')).out).toBe('')
    expect(
      (await cli('audit', 'export', '--since', '2026-01-01', '--until', '2026-01-02T00:00:00Z')).out,
    ).toBe('')
  })

  it('export as CSV runs nothing in a spreadsheet', async () => {
    await start(adaId, '=HYPERLINK("http://evil.example","click"),x')
    await auth.close()
    const { out } = await cli('audit', 'export', '--format', 'csv')
    expect(out).toContain(`,"'=HYPERLINK(""http://evil.example"",""click""),x",`)
    expect(out.split('\r\n')[0]).toBe('seq,at,name,actorId,userId,sessionId,ip,userAgent,requestId,cause')
  })
})
