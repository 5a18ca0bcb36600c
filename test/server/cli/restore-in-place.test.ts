// `sessera restore` believes only what it finds in place: something else may have written beside it in the meantime.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeFolder } from '../../support/folder.js'
import { run, secret } from './fake-shell.js'
import { letGo } from './let-go.js'

vi.mock('node:fs/promises', async (load) => {
  const actual = await load<typeof import('node:fs/promises')>()
  return { ...actual, rename: vi.fn(actual.rename) }
})

let folder: ReturnType<typeof makeFolder>
let data: string
let copy: string
let database: string

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
  mkdirSync(data, { mode: 0o700 })
  copy = join(folder.path, 'monday.db')
  database = join(data, 'sessera.db')
})
afterEach(() => {
  vi.mocked(rename).mockReset()
  folder.remove()
})

/** Leaves the data folder empty. */
async function backUp(): Promise<{ readonly log: string; readonly unended: string }> {
  const auth = createAuth({
    origin: 'http://localhost:3000',
    store: sqlite(database),
    secrets: [secret],
    follow: 'on-demand',
  })
  await auth.users.create({ username: 'countess' })
  await run(data, ['backup', copy])
  const [log, unended] = [join(folder.path, 'log'), join(folder.path, 'unended.db')]
  copyFileSync(`${database}-wal`, log)
  copyFileSync(copy, unended)
  await auth.close()
  await letGo(database)
  rmSync(database)
  return { log, unended }
}

async function restoreWhile(meddle: () => void): ReturnType<typeof run> {
  const { rename: really } = await vi.importActual<typeof import('node:fs/promises')>('node:fs/promises')
  vi.mocked(rename).mockImplementation(async (from, to) => {
    await really(from, to)
    if (to === database) meddle()
  })
  return await run(data, ['restore', copy])
}

it('tells success when nobody meddles', async () => {
  await backUp()
  expect((await restoreWhile(() => undefined)).code).toBe(0)
})

it('tells no success when the log of another lies beside it', async () => {
  const { log } = await backUp()
  const ran = await restoreWhile(() => copyFileSync(log, `${database}-wal`))
  expect(ran).toMatchObject({ code: 1, out: '' })
  expect(ran.err).not.toContain('Everybody is signed out')
})

it('tells no success when there is another whole database in its place', async () => {
  const { unended } = await backUp()
  const ran = await restoreWhile(() => copyFileSync(unended, database))
  expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is not what was put there') })
})

it('tells no success when it is damaged in its place', async () => {
  await backUp()
  // In the table or in its index, and no longer in both.
  const ran = await restoreWhile(() => {
    const bytes = readFileSync(database)
    bytes.write('duchesse', bytes.lastIndexOf('countess'))
    writeFileSync(database, bytes)
  })
  expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is not what was put there') })
})
