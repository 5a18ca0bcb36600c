// `sessera users import`, from a file to the database: every line is imported or reported, and it can go on where it stopped.

import { pbkdf2Sync } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeFolder } from '../../support/folder.js'
import { type Ran, run, type Surroundings, secret } from './fake-shell.js'

const password = 'correct horse battery staple'
let folder: ReturnType<typeof makeFolder>
let data: string

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
})
afterEach(() => folder.remove())

function write(name: string, content: string | Buffer): string {
  const path = join(folder.path, name)
  writeFileSync(path, content)
  return path
}

const cli = (args: readonly string[], surroundings?: Surroundings): Promise<Ran> =>
  run(data, args, surroundings)
const importing = (path: string, ...more: string[]): Promise<Ran> => cli(['users', 'import', path, ...more])
const importingIn = (path: string, surroundings: Surroundings, ...more: string[]): Promise<Ran> =>
  cli(['users', 'import', path, ...more], surroundings)

async function names(): Promise<readonly string[]> {
  const { out } = await cli(['users', 'list', '--limit', 'all', '--json'])
  return linesOf(out).map((line) => (line as { username: string }).username)
}

function linesOf(text: string): readonly unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `{"username":"user-${index}"}\n`).join('')

describe('a file', () => {
  it('of JSON lines brings users who sign in with the password they have', async () => {
    const digest = pbkdf2Sync(password, 'saltsaltsalt', 1000, 32, 'sha256').toString('hex')
    const hash = `pbkdf2:sha256:1000$saltsaltsalt$${digest}`
    const file = write('users.jsonl', `{"username":"ada","passwordHash":"${hash}","roles":["admin"]}\n`)
    expect(await importing(file)).toMatchObject({ code: 0, out: '' })
    const auth = createAuth({
      origin: 'http://localhost:3000',
      store: sqlite(join(data, 'sessera.db')),
      secrets: [secret],
      follow: 'on-demand',
    })
    try {
      expect((await auth.users.signIn('ada', password)).sessionId).toMatch(/^[\w-]{22}$/)
    } finally {
      await auth.close()
    }
  })

  it('of CSV, with all that Excel does to it', async () => {
    const file = write(
      'users.CSV',
      '\ufeff"username",email,roles,claims,disabled\r\n"Zoë, the first",zoe@example.com,"admin editor","{\n""note"":""two lines""\n}",FALSE\r\nbob,,,,TRUE\r\n',
    )
    expect(await importing(file, '--json')).toMatchObject({
      code: 0,
      out: '{"read":2,"imported":2,"acceptable":0,"exists":0,"rejected":0}\n',
    })
    const { out } = await cli(['users', 'show', 'zoë, the first', '--json'])
    expect(JSON.parse(out)).toMatchObject({ roles: ['admin', 'editor'], claims: { note: 'two lines' } })
    expect(linesOf((await cli(['users', 'list', '--disabled', '--json'])).out)).toMatchObject([
      { username: 'bob' },
    ])
  })

  it('is reported line by line where it is wrong, and imported otherwise', async () => {
    const hash = '$argon2id$v=19$m=1,t=1,p=1$not-for-your-eyes$not-for-your-eyes'
    const lines = [
      '{"username":"ada"}',
      '{"username":"ada"}',
      'no json',
      `{"username":"carl","password_hash":"${hash}"}`,
      '',
      `{"username":"dora","claims":{"x":"${'y'.repeat(10_000_000)}"}}`,
      `{"username":"\u0007"}`,
      '{"username":"emil"}',
    ]
    const rejected = join(folder.path, 'rejected.jsonl')
    const ran = await importing(write('users.jsonl', lines.join('\n')), '--rejected', rejected)
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toContain('7 read, 2 imported, 1 exist already, 4 rejected.')
    expect(await names()).toEqual(['ada', 'emil'])
    expect(statSync(rejected).mode & 0o777).toBe(0o600)
    const report = readFileSync(rejected, 'utf8')
    expect(linesOf(report)).toMatchObject([{ line: 3 }, { line: 4 }, { line: 6 }, { line: 7 }])
    expect(linesOf(report)[2]).toEqual({ line: 6, reason: 'It is longer than 1 MB.' })
    expect(report).not.toContain('not-for-your-eyes')
    expect(ran.err).not.toContain('not-for-your-eyes')
  })

  it('imported again, or by two at once, makes nobody twice', async () => {
    const file = write('users.jsonl', many(2500))
    const both = await Promise.all([importing(file, '--json'), importing(file, '--json')])
    const counts = both.map(({ out }) => JSON.parse(out) as { imported: number; exists: number })
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(counts[0]!.imported + counts[1]!.imported).toBe(2500)
    expect(counts[0]!.exists + counts[1]!.exists).toBe(2500)
    expect(JSON.parse((await importing(file, '--json')).out)).toMatchObject({ imported: 0, exists: 2500 })
    expect(await names()).toHaveLength(2500)
  })

  it('with values nested a hundred thousand deep costs that line alone', async () => {
    const deep = `{"username":"deep","claims":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    const ran = await importing(write('users.jsonl', `${deep}\n{"username":"ada"}\n`))
    expect(ran.err).toContain('2 read, 1 imported, 0 exist already, 1 rejected.')
    expect(await names()).toEqual(['ada'])
  })

  it('of nothing imports nobody', async () => {
    expect(await importing(write('empty.jsonl', ''))).toMatchObject({ code: 0 })
    expect(await importing(write('empty.csv', 'username\n'))).toMatchObject({ code: 0 })
  })
})

describe('a dry run', () => {
  it('says what would be, and writes nothing', async () => {
    await cli(['users', 'create', 'ada'])
    const file = write('users.jsonl', '{"username":"ada"}\n{"username":"bob"}\n{}\n')
    const ran = await importing(file, '--dry-run')
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('3 read, 1 can be imported, 1 exist already, 1 rejected.')
    expect(await names()).toEqual(['ada'])
    expect(existsSync(`${file}.sessera-import.json`)).toBe(false)
  })

  it('makes no database where there is none', async () => {
    expect(await importing(write('users.jsonl', '{"username":"ada"}\n'), '--dry-run')).toMatchObject({
      code: 0,
    })
    expect(existsSync(data)).toBe(false)
  })
})

describe('an import that is stopped', () => {
  /** Stops it as soon as it says how far it is, which is behind the first batch. */
  async function stopped(file: string): Promise<Ran> {
    const controller = new AbortController()
    const onErr = (text: string): void => {
      if (text.includes(' read')) controller.abort()
    }
    return await importingIn(file, { interrupted: controller.signal, onErr, now: clockIn(6000) })
  }

  it('before its first batch has nothing to go on from', async () => {
    const file = write('users.jsonl', many(10))
    const ran = await importingIn(file, { interrupted: AbortSignal.abort() })
    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('Run it again: who exists') })
    expect(await names()).toEqual([])
  })

  it('ends behind a batch, says how to go on, and goes on there', async () => {
    const file = write('users.jsonl', `${many(2500)}{"wrong":1}\n`)
    const first = await stopped(file)
    expect(first.code).toBe(130)
    expect(first.err).toContain(`Go on with: sessera users import ${file} --resume`)
    const { line } = JSON.parse(readFileSync(`${file}.sessera-import.json`, 'utf8')) as { line: number }
    expect(line).toBe(1001)
    expect(await names()).toHaveLength(1000)

    const rejected = join(folder.path, 'rejected.jsonl')
    const second = await importing(file, '--resume', '--rejected', rejected)
    expect(second.err).toContain('2,501 read, 2,500 imported, 0 exist already, 1 rejected.')
    expect(linesOf(readFileSync(rejected, 'utf8'))).toMatchObject([{ line: 2501 }])
    expect(await names()).toHaveLength(2500)
    expect(existsSync(`${file}.sessera-import.json`)).toBe(false)
  })

  it('knows the columns of CSV when it goes on', async () => {
    const rows = Array.from({ length: 1500 }, (_, index) => `"role\n${index}","user-${index}"\n`).join('')
    const file = write('users.csv', `email,username\n${rows.replaceAll('role\n', 'mail')}`)
    expect((await stopped(file)).code).toBe(130)
    expect((await importing(file, '--resume')).err).toContain('1,500 read, 1,500 imported')
    expect(await names()).toHaveLength(1500)
  })

  it('does not go on in a file that has become another', async () => {
    const file = write('users.jsonl', many(2500))
    await stopped(file)
    writeFileSync(file, many(2500).replace('user-0"', 'User-0"'))
    expect(await importing(file, '--resume')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not about this file as it is now. Leave out --resume'),
    })
  })

  it.each(['', 'null', '{}', '{"size":1'])(
    'does not go on by a state file that holds %j',
    async (content) => {
      const file = write('users.jsonl', many(1))
      writeFileSync(`${file}.sessera-import.json`, content)
      expect((await importing(file, '--resume')).code).toBe(1)
      expect((await importing(file)).code).toBe(0)
    },
  )

  it('writes through no link that somebody has put beside the file', async () => {
    const file = write('users.jsonl', many(2500))
    const precious = write('precious', 'precious')
    symlinkSync(precious, `${file}.sessera-import.json.${process.pid}`)
    symlinkSync(precious, `${file}.sessera-import.json`)
    expect((await stopped(file)).code).toBe(130)
    expect(readFileSync(precious, 'utf8')).toBe('precious')
    expect(readdirSync(folder.path).filter((name) => name.includes('.sessera-import.json.'))).toEqual([
      `users.jsonl.sessera-import.json.${process.pid}`,
    ])

    const rejected = join(folder.path, 'rejected.jsonl')
    symlinkSync(precious, rejected)
    const ran = await importing(file, '--resume', '--rejected', rejected)
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('is a link') })
    expect((await importing(file, '--resume')).code).toBe(0)
    expect(readFileSync(precious, 'utf8')).toBe('precious')
  })

  it('that never was cannot go on', async () => {
    const ran = await importing(write('users.jsonl', many(1)), '--resume')
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('no import of this file has stopped') })
  })
})

describe('what it refuses', () => {
  it.each([
    { name: 'users.jsonl', content: Buffer.from('\ufeff{"username":"ada"}', 'utf16le'), says: 'UTF-16' },
    { name: 'users.csv', content: Buffer.from('username\nada\n', 'utf16le'), says: 'UTF-16' },
    {
      name: 'users.csv',
      content: Buffer.from('username\nada\nZoë\n', 'latin1'),
      says: /Line 3 of ".*users\.csv" is not UTF-8\. Convert the file first/,
    },
    { name: 'users.json', content: '[{"username":"ada"}]', says: 'is one JSON array. Write JSON lines' },
    {
      name: 'users.csv',
      content: 'name,email\nada,x\n',
      says: '"name" is no column of users. There are: username,',
    },
    { name: 'users.csv', content: `${'x'.repeat(1_100_000)}\n`, says: 'must name the columns' },
  ])('$name: $says', async ({ name, content, says }) => {
    const ran = await importing(write(name, content))
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(says)
    expect(ran.err.trimEnd().split('\n').at(-1)).not.toContain('    at ')
  })

  it('a name that does not say what is in the file', async () => {
    const ran = await importing(write('users.txt', many(1)))
    expect(ran).toMatchObject({
      code: 2,
      err: expect.stringContaining('Add --format jsonl or --format csv.'),
    })
    expect(await importing(join(folder.path, 'users.txt'), '--format', 'jsonl')).toMatchObject({ code: 0 })
  })

  it('a file that is not there, and a folder', async () => {
    expect((await importing(join(folder.path, 'none.csv'))).code).toBe(3)
    expect((await importing(folder.path, '--format', 'csv')).code).toBe(2)
  })

  it('to overwrite a file with the rejected lines', async () => {
    const file = write('users.jsonl', 'wrong\n')
    const precious = write('precious.txt', 'precious')
    expect((await importing(file, '--rejected', precious)).code).toBe(2)
    expect((await importing(file, '--rejected', file)).code).toBe(2)
    expect(readFileSync(precious, 'utf8')).toBe('precious')
  })
})

describe('how far it is', () => {
  it('is a bar on a terminal, and nothing of it is left behind', async () => {
    const now = clockIn(1000)
    const ran = await importingIn(write('users.jsonl', many(3000)), { terminal: true, now })
    expect(ran.err).toContain('\r[########')
    expect(ran.err.split('\r\u001b[K').at(-1)).toMatch(/^3,000 read, 3,000 imported, .*\n$/)
  })

  it('is a line now and then elsewhere, without a control character', async () => {
    const ran = await importingIn(write('users.jsonl', many(3000)), { now: clockIn(6000) })
    expect(ran.err).toContain('32 %  1,000 read\n')
    expect(ran.err).not.toMatch(/[^\P{Cc}\n]/u)
  })
})

/** A clock that is so much later each time it is looked at. */
function clockIn(stepMs: number): () => number {
  let now = 0
  return () => {
    now += stepMs
    return now
  }
}
