// `sessera doctor`: each thing that can be wrong is found, and nothing is changed by looking.

import { once } from 'node:events'
import { chmodSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../../support/folder.js'
import { freePort } from '../../support/server-process.js'
import { run, type Surroundings } from './fake-shell.js'

interface Finding {
  readonly check: string
  readonly state: string
  readonly sentence: string
}

let folder: ReturnType<typeof makeFolder>
let data: string
let env: Record<string, string | undefined>

beforeEach(async () => {
  folder = makeFolder()
  data = join(folder.path, 'data')
  env = { PORT: String(await freePort()) }
})
afterEach(() => folder.remove())

async function examine(
  surroundings: Surroundings = {},
): Promise<{ code: number; findings: readonly Finding[] }> {
  const { code, out } = await run(data, ['doctor', '--json'], {
    ...surroundings,
    env: { ...env, ...surroundings.env },
  })
  return { code, findings: JSON.parse(out) as readonly Finding[] }
}

async function find(check: string, surroundings: Surroundings = {}): Promise<Finding | undefined> {
  return (await examine(surroundings)).findings.find(
    (finding) => finding.check === check && finding.state !== 'ok',
  )
}

const healthy = (): Promise<unknown> => run(data, ['users', 'create', 'ada', '--role', 'admin'], { env })
const file = (name: string): string => join(data, name)

it('finds nothing where nothing is wrong', async () => {
  await healthy()
  const { code, findings } = await examine()
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([])
  expect(code).toBe(0)
  expect(new Set(findings.map(({ check }) => check))).toEqual(
    new Set([
      'configuration',
      'cookies',
      'registration',
      'proxy',
      'data folder',
      'secret',
      'disk',
      'database',
      'signing keys',
      'administrators',
      'clock',
      'port',
    ]),
  )
})

it('tells a person in lines, problems in capitals', async () => {
  await healthy()
  chmodSync(file('sessera.db'), 0o644)
  const { code, out } = await run(data, ['doctor'], { env })
  expect(code).toBe(1)
  expect(out).toMatch(/^PROBLEM {2}file modes .*chmod 600/m)
  expect(out).toMatch(/^ok {7}database /m)
})

it('before the first start makes nothing', async () => {
  const { code, findings } = await examine()
  expect(code).toBe(0)
  expect(findings).toContainEqual(expect.objectContaining({ check: 'data folder', state: 'warning' }))
  expect(() => statSync(data)).toThrow()
})

describe('the settings', () => {
  it('that are wrong are the only thing it tells, each in a sentence', async () => {
    const { code, findings } = await examine({ env: { PORT: 'x', SESSERA_REGISTRATION: 'y' } })
    expect(code).toBe(1)
    expect(findings.map(({ check, state }) => ({ check, state }))).toEqual([
      { check: 'configuration', state: 'problem' },
      { check: 'configuration', state: 'problem' },
    ])
  })

  const origin = 'https://auth.example.com'
  it.each([
    {
      env: { SESSERA_TRUSTED_PROXIES: 'nginx' },
      check: 'configuration',
      state: 'problem',
      says: 'is not a proxy',
    },
    {
      env: { SESSERA_ORIGIN: origin, SESSERA_REGISTRATION: 'open' },
      check: 'registration',
      state: 'warning',
      says: 'Anybody',
    },
    { env: { SESSERA_ORIGIN: origin }, check: 'proxy', state: 'warning', says: 'none is trusted' },
    {
      env: { SESSERA_ORIGIN: origin, HOST: '0.0.0.0', SESSERA_TRUSTED_PROXIES: '10.0.0.0/8' },
      check: 'proxy',
      state: 'warning',
      says: 'Make sure that only proxies have these addresses',
    },
    {
      env: { SESSERA_ORIGIN: origin, SESSERA_TRUSTED_PROXIES: '0.0.0.0/0' },
      check: 'proxy',
      state: 'problem',
      says: 'may write any address',
    },
    {
      env: { SESSERA_SECRET_FILE: '/nowhere', SESSERA_SECRET: undefined },
      check: 'configuration',
      state: 'problem',
      says: 'does not exist',
    },
  ])('$env: $says', async ({ env: settings, check, state, says }) => {
    expect(await find(check, { env: settings })).toMatchObject({
      state,
      sentence: expect.stringContaining(says),
    })
  })
})

describe('the data', () => {
  it('of an empty deployment lack an administrator', async () => {
    await run(data, ['users', 'create', 'ada'], { env })
    expect(await find('administrators')).toMatchObject({
      state: 'warning',
      sentence: expect.stringContaining('--role admin'),
    })
  })

  it('that others may read', async () => {
    await healthy()
    writeFileSync(file('secret'), 'x'.repeat(40), { mode: 0o644 })
    chmodSync(data, 0o755)
    const { code, findings } = await examine()
    expect(code).toBe(1)
    expect(findings.filter(({ check }) => check === 'file modes')).toMatchObject([
      { state: 'warning', sentence: expect.stringContaining(`chmod 700 ${data}`) },
      { state: 'problem', sentence: expect.stringContaining(`chmod 600 ${file('secret')}`) },
    ])
    expect(statSync(file('secret')).mode & 0o777).toBe(0o644)
  })

  it('without the secret that made them', async () => {
    env = { ...env, SESSERA_SECRET: undefined }
    await healthy()
    rmSync(file('secret'))
    expect(await find('secret')).toMatchObject({
      state: 'problem',
      sentence: expect.stringContaining('Put it back'),
    })
    expect(() => statSync(file('secret'))).toThrow()
  })

  it('with another secret', async () => {
    await healthy()
    const other = { SESSERA_SECRET: 'another secret of at least 32 characters' }
    expect(await find('database', { env: other })).toMatchObject({
      state: 'problem',
      sentence: expect.stringContaining('No server secret opens the signing key'),
    })
  })

  it.each([
    {
      what: 'are no database',
      write: () => Buffer.from('no database at all '.repeat(1000)),
      says: 'is not an SQLite database',
    },
    { what: 'are empty', write: () => Buffer.alloc(0), says: 'holds nothing of Sessera' },
    {
      what: 'are damaged',
      write: () => {
        const bytes = readFileSync(file('sessera.db'))
        bytes.fill(0x5a, 4096 * 3, 4096 * 9)
        return bytes
      },
      says: 'damaged',
    },
  ])('that $what', async ({ write, says }) => {
    await healthy()
    const content = write()
    for (const suffix of ['-wal', '-shm']) rmSync(file(`sessera.db${suffix}`), { force: true })
    writeFileSync(file('sessera.db'), content)
    const found = await find('database')
    expect(found).toMatchObject({ state: 'problem', sentence: expect.stringContaining(says) })
    expect(readFileSync(file('sessera.db')).equals(content)).toBe(true)
  })

  it('from the future', async () => {
    await healthy()
    const later = new Date(Date.now() + 3_600_000)
    utimesSync(file('sessera.db'), later, later)
    expect(await find('clock')).toMatchObject({
      state: 'problem',
      sentence: expect.stringContaining('set it right'),
    })
  })

  it('of long ago, when a key should have been replaced', async () => {
    await healthy()
    const now = (): number => Date.now() + 101 * 86_400_000
    expect(await find('signing keys', { now })).toMatchObject({
      state: 'warning',
      sentence: expect.stringContaining('101 days'),
    })
  })
})

describe('the port', () => {
  let server: Server | null = null
  afterEach(() => server?.close())

  async function answering(text: string): Promise<void> {
    server = createServer((_, res) => res.end(text)).listen(Number(env['PORT']), 'localhost')
    await once(server, 'listening')
  }

  it('with a server of ours is fine', async () => {
    await answering('ok\n')
    expect((await examine()).findings).toContainEqual(
      expect.objectContaining({
        check: 'port',
        state: 'ok',
        sentence: expect.stringContaining('A server answers'),
      }),
    )
  })

  it('with something else on it is not', async () => {
    await answering('<html>')
    expect(await find('port')).toMatchObject({
      state: 'problem',
      sentence: expect.stringContaining('Something else'),
    })
  })
})
