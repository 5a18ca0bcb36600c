// Several processes on one file: they build it once, lose no write to each other, and one may die at any moment.
// The children run the built library; `npm test` builds it first.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadSqlite } from '../../packages/sessera/src/stores/sqlite/module.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { sessionRecord, userRecord } from '../../packages/sessera/src/testing/store-cases/records.js'
import { temporaryFolder } from '../support/folder.js'

const using = { clock: createFakeClock(), random: createSeededRandom('processes'), keepChangesMs: 360_000 }

function start(script: string, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL(`children/${script}`, import.meta.url)),
    ...args,
  ])
  child.stderr.pipe(process.stderr)
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<unknown> {
  const [code, signal] = await once(child, 'close')
  return code ?? signal
}

test('six processes that open a new file at the same moment build it once, and lose no write to each other', async () => {
  const path = join(temporaryFolder(), 'auth.db')
  const times = 40
  const children = Array.from({ length: 6 }, () => start('raise.mjs', path, String(times)))
  await Promise.all(children.map((child) => once(child.stdout, 'data')))
  const exits = children.map(exitOf)
  for (const child of children) child.stdin.write('go\n')
  expect(await Promise.all(exits)).toEqual(children.map(() => 0))

  const store = await sqlite(path).open(using)
  const { value: subject } = await store.subjects.find('shared')
  expect(subject?.epoch).toBe(1 + children.length * times)
  expect((await store.limits.count('shared', 1)).value.count).toBe(children.length * times + 1)
  const { entries } = (await store.feed.read(0, 1000)).value
  expect(entries.map(({ seq, epoch }) => [seq, epoch])).toEqual(
    Array.from({ length: children.length * times }, (_, index) => [index + 1, index + 2]),
  )
  await store.close()

  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(path)
  expect(database.prepare('SELECT version FROM sessera_migrations').all()).toHaveLength(3)
  database.close()
})

test('four processes that remove every administrator at the same moment leave one', async () => {
  const path = join(temporaryFolder(), 'auth.db')
  const ids = Array.from({ length: 12 }, (_, index) => `u-${index}`)
  const store = await sqlite(path).open(using)
  for (const id of ids) await store.users.create(userRecord({ id, roles: ['admin'] }), id)
  const children = [0, 3, 6, 9].map((first) =>
    start('remove-administrators.mjs', path, ...ids.slice(first), ...ids.slice(0, first)),
  )
  await Promise.all(children.map((child) => once(child.stdout, 'data')))
  const exits = children.map(exitOf)
  for (const child of children) child.stdin.write('go\n')
  expect(await Promise.all(exits)).toEqual(children.map(() => 0))

  const query = { after: null, limit: 100, startsWith: null, role: 'admin', disabled: false }
  expect((await store.users.list(query)).value.users).toHaveLength(1)
  expect((await store.feed.read(0, 100)).value.entries).toHaveLength(ids.length - 1)
  await store.close()
})

test.each([
  [1, 1],
  [2, 1],
  [1, 50],
  [2, 50],
])(
  'a process killed in the middle of writing loses nothing that it acknowledged (%i, %i at a time)',
  async (round, inFlight) => {
    const path = join(temporaryFolder(), 'auth.db')
    const child = start('write-forever.mjs', path, String(inFlight))
    const exit = exitOf(child)
    let acknowledged = -1
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      acknowledged = Math.max(acknowledged, Number(line))
      if (acknowledged === 50 * round) child.kill('SIGKILL')
    })
    const drained = once(lines, 'close')
    expect(await exit).toBe('SIGKILL')
    await drained
    expect(acknowledged).toBeGreaterThanOrEqual(50 * round)

    const store = await sqlite(path).open(using)
    const { value: sessions } = await store.sessions.list('u-1')
    const indexes = sessions.map(({ lastSeenAt }) => lastSeenAt).sort((a, b) => a - b)
    expect(indexes).toEqual(Array.from({ length: indexes.length }, (_, index) => index))
    expect(indexes.length - 1).toBeGreaterThanOrEqual(acknowledged)
    expect((await store.subjects.raiseEpoch('u-1', null)).value?.epoch).toBe(2)
    await store.close()
  },
)

describe('a process killed while it writes a group of changes', () => {
  async function prepareFile(): Promise<string> {
    const path = join(temporaryFolder(), 'auth.db')
    const store = await sqlite(path).open(using)
    await store.subjects.ensure('u-1')
    for (const id of ['s-0', 's-1', 's-2']) {
      await store.sessions.create(sessionRecord({ id }))
    }
    await store.close()
    return path
  }

  // BEGIN, twice the deletion, the counter and the entry, COMMIT; then right after it.
  const calls = 8
  test.each(Array.from({ length: calls + 2 }, (_, index) => index + 1))(
    'at call %i leaves all of it or nothing',
    async (call) => {
      const path = await prepareFile()
      const child = start('die.mjs', path, String(call))
      const exit = exitOf(child)
      let told = ''
      child.stdout.on('data', (text) => {
        told += text
      })
      const survives = call > calls + 1
      expect(await exit).toBe(survives ? 0 : 'SIGKILL')
      expect(told).toBe(survives ? 's-0\ns-1\n' : '')

      const store = await sqlite(path).open(using)
      const sessions = (await store.sessions.list('u-1')).value.map(({ id }) => id)
      const { entries, head } = (await store.feed.read(0, 10)).value
      const isCommitted = call > calls
      expect(sessions).toEqual(isCommitted ? ['s-2'] : ['s-0', 's-1', 's-2'])
      expect(entries.map(({ seq, subject }) => [seq, subject])).toEqual(
        isCommitted
          ? [
              [1, 's-0'],
              [2, 's-1'],
            ]
          : [],
      )
      expect(head).toBe(entries.length)
      await store.close()
    },
  )
})

test('a process that dies holding the file does not keep the others out', async () => {
  const path = join(temporaryFolder(), 'auth.db')
  const store = await sqlite(path).open(using)
  await store.subjects.ensure('u-1')
  const child = start('hold.mjs', path)
  const exit = exitOf(child)
  await once(child.stdout, 'data')
  const raise = store.subjects.raiseEpoch('u-1', null)
  await new Promise((resolve) => setTimeout(resolve, 100))
  child.kill('SIGKILL')
  await exit
  expect((await raise).value?.epoch).toBe(2)
  await store.close()
})
