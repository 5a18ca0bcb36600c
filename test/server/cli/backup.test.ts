// `sessera backup` and `sessera restore`: nothing is lost, and nothing that was issued comes back to life.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Auth, createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../../support/folder.js'
import { type Ran, run, type Surroundings, secret } from './fake-shell.js'
import { letGo } from './let-go.js'

let folder: ReturnType<typeof makeFolder>
let data: string
let copy: string
const opened: Auth[] = []

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
  mkdirSync(data, { mode: 0o700 })
  copy = join(folder.path, 'monday.db')
})
afterEach(async () => {
  await closeAll()
  folder.remove()
})

const cli = (...args: string[]): Promise<Ran> => run(data, args)
const cliIn = (surroundings: Surroundings, ...args: string[]): Promise<Ran> => run(data, args, surroundings)

function open(): Auth {
  const auth = createAuth({
    origin: 'http://localhost:3000',
    store: sqlite(join(data, 'sessera.db')),
    secrets: [secret],
    administration: { role: 'admin' },
  })
  opened.push(auth)
  return auth
}

async function closeAll(): Promise<void> {
  for (const auth of opened.splice(0)) await auth.close()
  await letGo(join(data, 'sessera.db'))
}

interface Held {
  readonly bearer: Readonly<Record<string, string>>
  readonly cookie: Readonly<Record<string, string>>
  readonly refresh: string
}

/** Everything that one person can hold. */
async function signIn(auth: Auth, userId: string): Promise<Held> {
  const { tokens } = await auth.sessions.start({ userId, mode: 'token' })
  const { setCookies } = await auth.sessions.start({ userId, mode: 'session' })
  const cookie = setCookies.map((line) => line.split(';', 1)[0]).join('; ')
  return {
    bearer: { authorization: `Bearer ${tokens?.access_token}` },
    cookie: { cookie },
    refresh: tokens?.refresh_token ?? '',
  }
}

async function isAnythingLive(auth: Auth, { bearer, cookie, refresh }: Held): Promise<boolean> {
  const refreshing = await auth.fetch(
    new Request('http://localhost:3000/auth/refresh', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refresh }),
    }),
  )
  const found = await Promise.allSettled([
    auth.authenticate(bearer, {}, { method: 'GET' }),
    auth.authenticate(cookie, {}, { method: 'GET' }),
  ])
  return refreshing.status === 200 || found.some(({ status }) => status === 'fulfilled')
}

describe('backup', () => {
  it('copies a database that is in use, for its owner alone', async () => {
    const auth = open()
    await auth.users.create({ username: 'ada' })
    const { code, err } = await cli('backup', copy)
    expect(code).toBe(0)
    expect(err).toContain('The server secret is not in it')
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    expect(JSON.parse((await cli('backup', join(folder.path, 'two.db'), '--json')).out)).toMatchObject({
      bytes: statSync(copy).size,
    })
  })

  it('overwrites nothing', async () => {
    await open().ready()
    writeFileSync(copy, 'precious')
    expect(await cli('backup', copy)).toMatchObject({ code: 1, err: expect.stringContaining('already') })
    expect(readFileSync(copy, 'utf8')).toBe('precious')
  })
})

describe('restore', () => {
  it('brings the users back, and no credential from before or after the backup', async () => {
    const auth = open()
    const { id } = await auth.users.create({ username: 'ada' })
    const before = await signIn(auth, id)
    expect(await isAnythingLive(auth, before)).toBe(true)
    const again = await signIn(auth, id)
    await cli('backup', copy)
    // One epoch above that of the backup, as if nothing but that were raised by restoring.
    const { token } = await auth.users.invite(id)
    const after = await signIn(auth, id)
    await auth.users.create({ username: 'bob' })
    await closeAll()

    const ran = await cli('restore', copy, '--replace')
    expect(ran).toMatchObject({ code: 0, out: '' })
    expect(ran.err).toContain('Everybody is signed out, and all signing keys are new')
    expect(statSync(join(data, 'sessera.db')).mode & 0o777).toBe(0o600)
    const restored = open()
    expect(await restored.users.find({ username: 'ada' })).toMatchObject({ id })
    expect(await restored.users.find({ username: 'bob' })).toBeNull()
    for (const held of [again, after]) expect(await isAnythingLive(restored, held)).toBe(false)
    await expect(
      restored.users.acceptInvitation({ token, password: 'four words of some length' }),
    ).rejects.toMatchObject({ code: 'invitation_refused' })
    expect(await isAnythingLive(restored, await signIn(restored, id))).toBe(true)
  })

  it('keeps what it replaces', async () => {
    const auth = open()
    await auth.ready()
    await cli('backup', copy)
    await auth.users.create({ username: 'only in the replaced one' })
    await closeAll()
    const { out } = await cli('restore', copy, '--replace', '--json')
    const { replaced } = JSON.parse(out) as { replaced: string }
    renameSync(replaced, join(data, 'sessera.db'))
    expect(await open().users.find({ username: 'only in the replaced one' })).not.toBeNull()
  })

  it.each(['-wal', '-shm', '-journal'])(
    'wants to be told to replace what %s is left of one',
    async (suffix) => {
      await open().users.create({ username: 'ada' })
      await cli('backup', copy)
      await closeAll()
      rmSync(join(data, 'sessera.db'))
      writeFileSync(join(data, `sessera.db${suffix}`), 'left over')
      const ran = await cli('restore', copy)
      expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Write --replace') })
      expect(readdirSync(data)).toEqual([`sessera.db${suffix}`])

      const { code, out } = await cli('restore', copy, '--replace', '--json')
      expect(code).toBe(0)
      const { replaced } = JSON.parse(out) as { replaced: string }
      expect(replaced.endsWith(suffix)).toBe(true)
      expect(readFileSync(replaced, 'utf8')).toBe('left over')
      expect((await cli('users', 'show', 'ada')).code).toBe(0)
    },
  )

  it('beside the log of a lost database brings nothing of it back to life', async () => {
    const auth = open()
    const { id } = await auth.users.create({ username: 'ada' })
    await cli('backup', copy)
    const held = await signIn(auth, id)
    await auth.users.create({ username: 'bob' })
    const log = join(folder.path, 'log')
    copyFileSync(join(data, 'sessera.db-wal'), log)
    await closeAll()
    rmSync(join(data, 'sessera.db'))
    renameSync(log, join(data, 'sessera.db-wal'))

    expect((await cli('restore', copy)).code).toBe(2)
    expect((await cli('restore', copy, '--replace')).code).toBe(0)
    const restored = open()
    expect(await restored.users.find({ username: 'ada' })).toMatchObject({ id })
    expect(await restored.users.find({ username: 'bob' })).toBeNull()
    expect(await isAnythingLive(restored, held)).toBe(false)
  })

  it('into an empty folder', async () => {
    await open().users.create({ username: 'ada' })
    await cli('backup', copy)
    await closeAll()
    const elsewhere = join(folder.path, 'elsewhere')
    expect(await run(elsewhere, ['restore', copy])).toMatchObject({ code: 0 })
    expect((await run(elsewhere, ['users', 'show', 'ada'])).code).toBe(0)
    await letGo(join(elsewhere, 'sessera.db'))
    expect(readdirSync(elsewhere)).toEqual(['sessera.db'])
  })

  it('in place of a database that is damaged', async () => {
    await open().users.create({ username: 'ada' })
    await cli('backup', copy)
    await closeAll()
    writeFileSync(join(data, 'sessera.db'), 'no database at all '.repeat(1000))
    expect(await cli('restore', copy, '--replace')).toMatchObject({ code: 0 })
    expect((await cli('users', 'show', 'ada')).code).toBe(0)
  })

  describe('refuses, and changes nothing,', () => {
    async function refused(
      says: string,
      code: number,
      surroundings: Surroundings,
      ...args: string[]
    ): Promise<void> {
      const existed = existsSync(data)
      const ran = await cliIn(surroundings, 'restore', ...args)
      expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(says) })
      expect(ran.err.trimEnd()).not.toContain('\n')
      expect(existsSync(data)).toBe(existed)
      if (!existed) return
      expect((await cli('users', 'show', 'ada')).code).toBe(0)
      expect(readdirSync(data).filter((name) => /restoring|replaced/.test(name))).toEqual([])
    }

    beforeEach(async () => {
      await open().users.create({ username: 'ada' })
      await cli('backup', copy)
    })

    it('when there is a database and nobody said to replace it', async () => {
      await closeAll()
      await refused('Write --replace', 2, {}, copy)
    })

    it('while a server runs on it, however idle', async () => {
      await refused('A server or a command runs on', 1, {}, copy, '--replace')
      await closeAll()
      expect((await cli('restore', copy, '--replace')).code).toBe(0)
    })

    it('a file that is not there', async () => {
      await closeAll()
      await refused('There is no file', 3, {}, join(folder.path, 'none.db'), '--replace')
    })

    it('a file that is no backup', async () => {
      await closeAll()
      writeFileSync(copy, 'no database at all '.repeat(1000))
      await refused('is not an SQLite database', 1, {}, copy, '--replace')
    })

    it('a backup that the secret does not open', async () => {
      await closeAll()
      const env = { SESSERA_SECRET: 'another secret of at least 32 characters' }
      await refused('No server secret opens', 1, { env }, copy, '--replace')
    })

    it('into a folder without a secret, where a new one would open nothing', async () => {
      await closeAll()
      data = join(folder.path, 'fresh')
      await refused('only with the server secret', 1, { env: { SESSERA_SECRET: undefined } }, copy)
      expect(existsSync(data)).toBe(false)
    })
  })
})
