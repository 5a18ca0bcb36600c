// `sessera users …` on a database of its own: what is typed, what is said, and what it means for those who sign in.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Auth, createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OutputClosed } from '../../../packages/server/src/cli/shell.js'
import { makeFolder } from '../../support/folder.js'
import { type Ran, run, type Surroundings, secret } from './fake-shell.js'

const password = 'correct horse battery staple'
const other = 'some other words to remember'

let folder: ReturnType<typeof makeFolder>
let data: string
const open: Auth[] = []

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
})
afterEach(async () => {
  for (const auth of open.splice(0)) await auth.close()
  folder.remove()
})

const cli = (...args: string[]): Promise<Ran> => run(data, args)
const cliIn = (surroundings: Surroundings, ...args: string[]): Promise<Ran> => run(data, args, surroundings)

/** Another process's view of the same database. */
function server(): Auth {
  const auth = createAuth({
    origin: 'http://localhost:3000',
    store: sqlite(join(data, 'sessera.db')),
    secrets: [secret],
    administration: { role: 'admin', invitationLink: 'http://localhost:3000/welcome?invitation={token}' },
  })
  open.push(auth)
  return auth
}

async function shown(name: string): Promise<Record<string, unknown>> {
  return JSON.parse((await cli('users', 'show', name, '--json')).out) as Record<string, unknown>
}

describe('users create', () => {
  it('without a password prints a link, alone on standard output, that lets them set one', async () => {
    const { code, out, err } = await cli(
      'users',
      'create',
      'ada',
      '--email',
      'ada@example.com',
      '--role',
      'admin',
    )
    expect(code).toBe(0)
    expect(out).toMatch(/^http:\/\/localhost:3000\/welcome\?invitation=[\w-]+\n$/)
    expect(err).toContain('Created "ada" with the id')
    const token = new URL(out.trim()).searchParams.get('invitation') ?? ''
    const auth = server()
    await auth.users.acceptInvitation({ token, password })
    expect(await auth.users.signIn('ada', password)).toBeDefined()
    expect(await shown('ada')).toMatchObject({
      email: 'ada@example.com',
      roles: ['admin'],
      hasPassword: true,
    })
  })

  it('takes a password from a pipe, without the line end that echo adds', async () => {
    const ran = await cliIn({ stdin: `${password}\n` }, 'users', 'create', 'ada', '--password-stdin')
    expect(ran).toMatchObject({ code: 0, out: '' })
    expect(await server().users.signIn('ada', password)).toBeDefined()
  })

  it.each([
    { what: 'nothing', stdin: '\n', says: 'found no password' },
    { what: 'two lines', stdin: `${password}\n${password}\n`, says: 'more than one line' },
    { what: 'what is no UTF-8', stdin: Buffer.from('Zoë and the long way', 'latin1'), says: 'is not UTF-8' },
    { what: 'a book', stdin: 'word '.repeat(2000), says: 'more than a password' },
  ])('refuses $what from a pipe, and makes nothing', async ({ stdin, says }) => {
    const ran = await cliIn({ stdin }, 'users', 'create', 'ada', '--password-stdin')
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(says) })
    expect(existsSync(data)).toBe(false)
  })

  it('asks a person for it twice', async () => {
    const ran = await cliIn({ answers: [password, password] }, 'users', 'create', 'ada')
    expect(ran).toMatchObject({ code: 0, out: '' })
    expect(ran.asked).toHaveLength(2)
    expect(await server().users.signIn('ada', password)).toBeDefined()
  })

  it('makes nobody when the two differ, and a link when nothing is typed', async () => {
    expect(await cliIn({ answers: [password, other] }, 'users', 'create', 'ada')).toMatchObject({ code: 1 })
    expect(await cliIn({ answers: [''] }, 'users', 'create', 'bob')).toMatchObject({
      code: 0,
      out: expect.stringContaining('/welcome?invitation='),
    })
    expect((await cli('users', 'show', 'ada')).code).toBe(3)
  })

  it.each([
    { args: ['ada'], stdin: 'short', code: 2, says: 'characters' },
    { args: ['a'.repeat(65)], stdin: password, code: 2, says: 'A username is 1 to 64 characters' },
    { args: ['ada', '--role', 'two words'], stdin: password, code: 2, says: 'without spaces' },
    { args: ['taken'], stdin: password, code: 1, says: 'The username is taken.' },
  ])('refuses $args with "$stdin"', async ({ args, stdin, code, says }) => {
    await cli('users', 'create', 'taken')
    const ran = await cliIn({ stdin }, 'users', 'create', ...args, '--password-stdin')
    expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(says) })
    expect(ran.err).not.toContain(password)
  })

  it('says who did it on the record', async () => {
    await cli('users', 'create', 'ada')
    const [event] = await server().audit.list({ name: 'user_created' })
    expect(event).toMatchObject({ actorId: 'cli:tester' })
  })
})

describe('users list', () => {
  beforeEach(async () => {
    await cli('users', 'create', 'ada', '--role', 'admin')
    await cli('users', 'create', 'bob')
    await cli('users', 'create', 'berta', '--role', 'editor')
    await cli('users', 'disable', 'bob')
  })

  it.each([
    { args: [], names: ['ada', 'berta', 'bob'] },
    { args: ['--search', 'b'], names: ['berta', 'bob'] },
    { args: ['--role', 'editor'], names: ['berta'] },
    { args: ['--disabled'], names: ['bob'] },
    { args: ['--limit', '2'], names: ['ada', 'berta'] },
    { args: ['--search', 'z'], names: [] },
  ])('$args: $names', async ({ args, names }) => {
    const { code, out } = await cli('users', 'list', '--json', ...args)
    const found = out.split('\n').filter((line) => line !== '')
    expect({ code, found: found.map((line) => (JSON.parse(line) as { username: string }).username) }).toEqual(
      {
        code: 0,
        found: names,
      },
    )
    const table = (await cli('users', 'list', ...args)).out
    expect(
      table
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(names)
  })

  it('says when there are more', async () => {
    expect((await cli('users', 'list', '--limit', '2')).err).toContain('There are more.')
    expect((await cli('users', 'list', '--limit', '3')).err).toBe('')
  })

  it('is quiet when nobody reads any more', async () => {
    const onOut = (): void => {
      throw new OutputClosed()
    }
    expect(await cliIn({ onOut }, 'users', 'list')).toMatchObject({ code: 0, err: '' })
  })
})

it('five hundred users come page by page, each once', async () => {
  await cli('users', 'create', 'x')
  await server().users.import(Array.from({ length: 499 }, (_, index) => ({ username: `user-${index}` })))
  const { out } = await cli('users', 'list', '--limit', 'all')
  const names = out
    .split('\n')
    .slice(1, -1)
    .map((line) => line.split(' ')[0])
  expect(new Set(names).size).toBe(500)
  expect(names).toHaveLength(500)
})

describe('changing somebody', () => {
  beforeEach(async () => {
    await cliIn({ stdin: password }, 'users', 'create', 'ada', '--role', 'admin', '--password-stdin')
    await cliIn({ stdin: password }, 'users', 'create', 'bob', '--password-stdin')
  })

  it('disable ends what they hold and keeps them out, until enable', async () => {
    const auth = server()
    const { tokens } = await auth.users.signIn('bob', password, { mode: 'token' })
    const headers = { authorization: `Bearer ${tokens?.access_token}` }
    expect(await auth.authenticate(headers)).toMatchObject({ username: 'bob' })
    expect(await cli('users', 'disable', 'bob')).toMatchObject({
      code: 0,
      err: expect.stringContaining('disabled'),
    })
    await expect(auth.authenticate(headers, { check: 'store' })).rejects.toThrow()
    await expect(auth.users.signIn('bob', password)).rejects.toThrow()
    expect((await cli('users', 'enable', 'bob')).code).toBe(0)
    expect(await auth.users.signIn('bob', password)).toBeDefined()
    await expect(auth.authenticate(headers, { check: 'store' })).rejects.toThrow()
  })

  it('the last administrator stays, unless it is forced', async () => {
    for (const args of [
      ['disable', 'ada'],
      ['delete', 'ada', '--yes'],
      ['roles', 'ada', '--remove', 'admin'],
    ]) {
      const ran = await cli('users', ...args)
      expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('write --force') })
    }
    expect(await shown('ada')).toMatchObject({ roles: ['admin'], disabledAt: null })
    expect((await cli('users', 'delete', 'ada', '--yes', '--force')).code).toBe(0)
    expect((await cli('users', 'show', 'ada')).code).toBe(3)
  })

  it('roles are shown, replaced, added and removed', async () => {
    expect((await cli('users', 'roles', 'bob')).out).toBe('\n')
    expect((await cli('users', 'roles', 'bob', '--set', 'editor,author')).out).toBe('editor,author\n')
    expect((await cli('users', 'roles', 'bob', '--add', 'author,reader')).out).toBe('editor,author,reader\n')
    expect((await cli('users', 'roles', 'bob', '--remove', 'author')).out).toBe('editor,reader\n')
    expect((await cli('users', 'roles', 'bob', '--set', '')).out).toBe('\n')
    expect((await cli('users', 'roles', 'bob', '--add', 'two words')).code).toBe(2)
    expect(await shown('bob')).toMatchObject({ roles: [] })
  })

  it('delete asks a person, and does nothing without a yes', async () => {
    expect(await cliIn({ answers: ['n'] }, 'users', 'delete', 'bob')).toMatchObject({ code: 1 })
    expect(await cliIn({ answers: [''] }, 'users', 'delete', 'bob')).toMatchObject({ code: 1 })
    expect(await cli('users', 'delete', 'bob')).toMatchObject({ code: 2 })
    const ran = await cliIn({ answers: ['y'] }, 'users', 'delete', 'bob')
    expect(ran).toMatchObject({ code: 0, asked: ['Delete "bob" and all sessions, for good? [y/N] '] })
    expect((await cli('users', 'show', 'bob')).code).toBe(3)
  })

  it('unlock lets somebody try again at once who has guessed too often', async () => {
    const auth = server()
    let refused: unknown = null
    for (let guess = 0; guess < 100 && !isTooMany(refused); guess += 1) {
      refused = await auth.users.signIn('bob', `wrong words ${guess}`).catch((error: unknown) => error)
    }
    expect(refused).toMatchObject({ code: 'too_many_requests' })
    await expect(auth.users.signIn('bob', password)).rejects.toMatchObject({ code: 'too_many_requests' })
    expect((await cli('users', 'unlock', 'bob')).code).toBe(0)
    expect(await auth.users.signIn('bob', password)).toBeDefined()
  })

  it('invite makes a link for so long as is said', async () => {
    const { code, out } = await cli('users', 'invite', 'bob', '--valid-for', '3d', '--json')
    const { invitation } = JSON.parse(out) as { invitation: { link: string; expiresAt: number } }
    expect(code).toBe(0)
    expect(invitation.link).toContain('/welcome?invitation=')
    expect(Math.abs(invitation.expiresAt - Date.now() - 3 * 86_400_000)).toBeLessThan(60_000)
    expect((await cli('users', 'invite', 'bob', '--valid-for', 'long')).code).not.toBe(0)
  })

  it('an id is one only with --id: a name that looks like it is a name', async () => {
    const { id } = await shown('bob')
    expect((await cli('users', 'show', String(id))).code).toBe(3)
    expect((await cli('users', 'show', '--id', String(id))).out).toContain('username  bob')
    await cliIn({ stdin: other }, 'users', 'create', String(id), '--password-stdin')
    expect(JSON.parse((await cli('users', 'disable', '--id', '--json', '--', String(id))).out)).toMatchObject(
      {
        username: 'bob',
      },
    )
  })

  it.each(['show', 'disable', 'enable', 'unlock', 'invite', 'roles'])('%s of nobody: 3', async (command) => {
    expect(await cli('users', command, 'nobody')).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('There is no user "nobody".'),
    })
  })
})

it('without a database nothing but creating and importing makes one', async () => {
  for (const args of [
    ['users', 'list'],
    ['users', 'show', 'x'],
    ['keys', 'list'],
    ['audit', 'tail'],
    ['backup', 'y'],
  ]) {
    const ran = await cli(...args)
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('There is no database in') })
  }
  expect(existsSync(data)).toBe(false)
})

function isTooMany(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'too_many_requests'
}
