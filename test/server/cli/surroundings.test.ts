// The built command in surroundings that are not kind: beside a server and other commands, without a terminal, without
// rights, without room.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../../support/folder.js'
import { freePort, runServer, type ServerProcess, startServer } from '../../support/server-process.js'
import { command, type Ended } from './command.js'
import { type Ran, run } from './fake-shell.js'

const password = 'correct horse battery staple'

let folder: ReturnType<typeof makeFolder>
let data: string
const running: ServerProcess[] = []

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
})
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop('SIGKILL')
  folder.remove()
})

const cli = (...args: string[]): Promise<Ended> => command(args, { data })
/** What need not be a process of its own. */
const prepare = (...args: string[]): Promise<Ran> => run(data, args, { env: { SESSERA_SECRET: undefined } })

function write(name: string, content: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `{"username":"user-${index}"}\n`).join('')

describe('beside a server', () => {
  it('a command ends a session, and the server refuses it; a restore has to wait', async () => {
    const server = await startServer(data)
    running.push(server)
    await command(['users', 'create', 'ada', '--password-stdin'], { data, stdin: `${password}\n` })
    const login = await fetch(`${server.origin}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'ada', password, mode: 'token' }),
    })
    const { access_token } = (await login.json()) as { access_token: string }
    const status = async (): Promise<number> =>
      (await fetch(`${server.origin}/auth/me`, { headers: { authorization: `Bearer ${access_token}` } }))
        .status
    expect(await status()).toBe(200)

    expect(await cli('sessions', 'end', '--user', 'ada')).toMatchObject({
      code: 0,
      err: '"ada" is signed out everywhere: 1 ended.\n',
    })
    // As soon as the server has heard of it.
    await expect.poll(status).toBe(401)

    const copy = join(folder.path, 'copy.db')
    expect((await cli('backup', copy)).code).toBe(0)
    expect(await cli('restore', copy, '--replace')).toMatchObject({
      code: 1,
      err: expect.stringContaining('A server or a command runs on'),
    })
    const doctor = await command(['doctor'], { data, env: { PORT: String(server.port) } })
    expect(doctor).toMatchObject({ code: 0, out: expect.stringMatching(/^ok {7}port .*A server answers/m) })
    await server.stop()
    expect((await cli('restore', copy, '--replace')).code).toBe(0)
    expect((await prepare('users', 'show', 'ada')).code).toBe(0)
  })
})

describe('beside another command', () => {
  it('two imports bring everybody once', async () => {
    await prepare('users', 'create', 'first')
    const file = write('users.jsonl', many(3000))
    const both = await Promise.all([
      cli('users', 'import', file, '--json'),
      cli('users', 'import', file, '--json'),
    ])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const imported = both.map(({ out }) => (JSON.parse(out) as { imported: number }).imported)
    expect(imported.reduce((sum, one) => sum + one)).toBe(3000)
  })

  it('an import that Ctrl-C stops has noted where to go on', async () => {
    const file = write('users.jsonl', many(60_000))
    const ran = await command(['users', 'import', file], {
      data,
      // The first batch is in when the place to go on from is noted.
      started(kill) {
        const watcher = watch(dirname(file), (_, name) => {
          if (name !== `${basename(file)}.sessera-import.json`) return
          watcher.close()
          kill('SIGINT')
        })
      },
    })
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('--resume') })
    const place = JSON.parse(readFileSync(`${file}.sessera-import.json`, 'utf8')) as { line: number }
    expect(place.line).toBeLessThan(60_000)
    const { out } = await prepare('users', 'list', '--limit', 'all', '--json')
    expect(out.trimEnd().split('\n')).toHaveLength(place.line - 1)
  })
})

describe('without a terminal', () => {
  it('a reader that goes away is no failure', async () => {
    await prepare('users', 'create', 'first')
    await prepare('users', 'import', write('users.jsonl', many(3000)))
    const ran = await command(['users', 'list', '--limit', 'all'], {
      data,
      shell: 'set -o pipefail; "$@" | head -n 1',
    })
    expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^USERNAME .*\n$/) })
  })

  it('output is plain text', async () => {
    const { out, err } = await cli('users', 'create', 'ada')
    expect(out + err).not.toMatch(/[^\P{Cc}\n]/u)
  })
})

it.runIf(process.platform === 'linux')('at a terminal a password is asked for, and not shown', async () => {
  const ran = await command(['users', 'create', 'ada'], {
    data,
    replies: [
      { to: 'Password', text: `${password}\r` },
      { to: 'The same again', text: `${password}\r` },
    ],
    shell: 'script --quiet --return --command "$(printf "%q " "$@")" /dev/null',
  })
  expect(ran.code).toBe(0)
  expect(ran.out).toContain('Created "ada"')
  expect(ran.out).not.toContain(password)
  expect(JSON.parse((await prepare('users', 'show', 'ada', '--json')).out)).toMatchObject({
    hasPassword: true,
  })
})

describe('without rights', () => {
  it('a folder that may not be written to is told in a sentence', async () => {
    mkdirSync(data)
    chmodSync(data, 0o555)
    // Not as another user: the checkout may lie where only root gets to.
    const asAnybody = process.getuid?.() === 0 ? { shell: 'exec setpriv --bounding-set=-all "$@"' } : {}
    const ran = await command(['users', 'create', 'ada'], { data, ...asAnybody })
    expect(ran).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining(`may not write to "${data}"`),
    })
    expect(ran.err).not.toContain('    at ')
  })
})

describe('without room', () => {
  it('an import says so, keeps what it has, and goes on when there is room', async () => {
    await prepare('users', 'create', 'first')
    const file = write('users.jsonl', many(8000))
    // In blocks of 1 KiB: less than eight thousand users need.
    const ran = await command(['users', 'import', file], { data, shell: 'ulimit -f 900; exec "$@"' })
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/disk .* --resume$/m)
    expect(ran.err).not.toContain('    at ')
    const resumed = await prepare('users', 'import', file, '--json')
    expect(resumed.code).toBe(0)
    const { imported, exists } = JSON.parse(resumed.out) as { imported: number; exists: number }
    expect(imported + exists).toBe(8000)
    expect(imported).toBeGreaterThan(0)
  })

  it('a backup leaves nothing behind', async () => {
    await prepare('users', 'create', 'first')
    await prepare('users', 'import', write('users.jsonl', many(3000)))
    const ran = await command(['backup', join(folder.path, 'copy.db')], {
      data,
      shell: 'ulimit -f 200; exec "$@"',
    })
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err.trimEnd()).not.toContain('\n')
    expect(existsSync(join(folder.path, 'copy.db'))).toBe(false)
  })
})

describe('without the secret that made the database', () => {
  it('neither the server nor a command makes another', async () => {
    await prepare('users', 'create', 'ada')
    rmSync(join(data, 'secret'))
    const says = `"${data}/secret" is missing, and the database beside it was made with a secret.`
    expect(await cli('users', 'list')).toMatchObject({ code: 1, err: expect.stringContaining(says) })
    const server = await runServer({ PORT: String(await freePort()), SESSERA_DATA: data })
    expect(server).toMatchObject({ code: 1, stderr: expect.stringContaining(says) })
    expect(readdirSync(data)).not.toContain('secret')
  })

  it('it may lie in a file elsewhere, as containers have it', async () => {
    const secret = write('secret', 'a server secret of at least 32 characters\n')
    const env = { SESSERA_SECRET_FILE: secret }
    expect((await command(['users', 'create', 'ada'], { data, env })).code).toBe(0)
    expect((await command(['users', 'show', 'ada'], { data, env })).code).toBe(0)
    expect(readdirSync(data)).not.toContain('secret')
    const missing = { SESSERA_SECRET_FILE: join(folder.path, 'none') }
    expect(await command(['users', 'show', 'ada'], { data, env: missing })).toMatchObject({
      code: 1,
      err: expect.stringContaining('which does not exist'),
    })
  })
})

it('a database of a newer version is left alone', async () => {
  await prepare('users', 'create', 'ada')
  const { DatabaseSync } = await import('@photostructure/sqlite')
  const database = new DatabaseSync(join(data, 'sessera.db'))
  database.exec('INSERT INTO sessera_migrations SELECT 9999, applied_at FROM sessera_migrations LIMIT 1')
  database.close()
  const ran = await cli('users', 'list')
  expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('newer') })
  expect(ran.err.trimEnd()).not.toContain('\n')
})
