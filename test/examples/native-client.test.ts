// examples/native-client, run as its README says against the stand-alone server. Needs the build.

import { spawn } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { call } from '../support/json-client.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const main = fileURLToPath(new URL('../../examples/native-client/main.js', import.meta.url))
const password = 'a few quiet words'
const folder = makeFolder()
let server: ServerProcess
let file: string
let times = 0

beforeAll(async () => {
  server = await startServer(folder.path, { SESSERA_REGISTRATION: 'open' })
  await call(`${server.origin}/auth/register`, { json: { username: 'ada', password } })
})

afterAll(async () => {
  await server?.stop()
  folder.remove()
})

beforeEach(() => {
  file = join(folder.path, `home-${times++}`, 'refresh-token')
})

/** What the program prints, and how it ends. */
async function run(
  words: readonly string[],
  typed = '',
  origin = server.origin,
): Promise<readonly unknown[]> {
  const env = { ...process.env, SERVER: origin, TOKEN_FILE: file }
  const child = spawn(process.execPath, [main, ...words], { env })
  const printed = { out: '', err: '' }
  child.stdout.on('data', (text) => {
    printed.out += text
  })
  child.stderr.on('data', (text) => {
    printed.err += text
  })
  child.stdin.end(typed)
  const code = await new Promise((resolve) => child.once('close', resolve))
  return [code, code === 0 ? printed.out.trim() : printed.err.trim().split('\n').at(-1)]
}

const signIn = () => run(['sign-in', 'ada'], `${password}\n`)

describe('the program', () => {
  it('signs in, stays so from start to start, and signs out', async () => {
    expect(await run(['whoami'])).toEqual([1, 'Nobody. Sign in first: node main.js sign-in NAME'])
    expect(await signIn()).toEqual([0, 'Signed in as ada.'])
    expect(await run(['whoami'])).toEqual([0, 'ada'])
    expect(await run(['sign-out'])).toEqual([0, 'Signed out.'])
    expect(await run(['whoami'])).toEqual([1, 'Nobody. Sign in first: node main.js sign-in NAME'])
    expect(readdirSync(join(file, '..'))).toEqual([])
  })

  it('keeps the refresh token in a file that nobody else reads, and no access token', async () => {
    await signIn()
    await run(['whoami'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
    expect(readFileSync(file, 'utf8')).toMatch(/^[\w-]{72}$/)
    expect(readdirSync(join(file, '..'))).toEqual(['refresh-token'])
  })

  it('says what is wrong in a sentence', async () => {
    expect(await run(['sign-in', 'ada'], 'some other words\n')).toEqual([
      1,
      'The username or the password is wrong.',
    ])
    expect(await run([])).toEqual([1, 'Say what to do: sign-in NAME, whoami or sign-out.'])
    await signIn()
    expect(await run(['whoami'], '', 'http://127.0.0.1:9')).toEqual([
      1,
      'http://127.0.0.1:9 cannot be reached.',
    ])
    expect(await run(['whoami'])).toEqual([0, 'ada'])
  })

  it('is there several times at once, and nobody is signed out for it', async () => {
    await signIn()
    const answers = await Promise.all(Array.from({ length: 3 }, () => run(['whoami'])))
    expect(answers).toEqual(Array.from({ length: 3 }, () => [0, 'ada']))
    expect(await run(['whoami'])).toEqual([0, 'ada'])
  })

  it('does not forget a file that it cannot read', async () => {
    mkdirSync(join(file, '..'))
    symlinkSync(file, file)
    expect(await run(['whoami'])).toEqual([1, expect.stringContaining('ELOOP')])
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
  })

  it('goes on after one that was killed with the lock in its hands', async () => {
    await signIn()
    const dead = spawn(process.execPath, ['-e', '0'])
    await new Promise((resolve) => dead.once('close', resolve))
    writeFileSync(`${file}.lock`, String(dead.pid))
    expect(await run(['whoami'])).toEqual([0, 'ada'])
  })
})
