// What is typed, before anything is done: help, mistakes, exit codes.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProgram } from '../../../packages/server/src/cli/program.js'
import { makeFolder } from '../../support/folder.js'
import { type Ran, run } from './fake-shell.js'

const commands = [
  'serve',
  'users create',
  'users list',
  'users show',
  'users invite',
  'users roles',
  'users disable',
  'users enable',
  'users unlock',
  'users delete',
  'users import',
  'sessions list',
  'sessions end',
  'keys list',
  'keys rotate',
  'keys revoke',
  'audit tail',
  'audit export',
  'backup',
  'restore',
  'doctor',
]

let folder: ReturnType<typeof makeFolder>
let data: string

beforeEach(() => {
  folder = makeFolder()
  data = join(folder.path, 'data')
})
afterEach(() => {
  // Whatever was mistyped, nothing was made.
  expect(existsSync(data)).toBe(false)
  folder.remove()
})

const cli = (...args: string[]): Promise<Ran> => run(data, args)

type Command = ReturnType<typeof createProgram>

describe('help', () => {
  it.each(commands)(
    'of "%s" shows how it is written, and two examples that begin with it',
    async (command) => {
      const { code, out, err } = await cli(...command.split(' '), '--help')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain(`Usage: sessera ${command} `)
      const examples = out.slice(out.indexOf('Examples:')).match(/^ {2}.*$/gm)
      expect(examples).toHaveLength(2)
      for (const example of examples ?? []) expect(example).toContain(`sessera ${command}`)
    },
  )

  it.each([[['--help']], [['-h']], [['help']]])(
    '%j names every command and every exit code',
    async (args) => {
      const { code, out } = await cli(...args)
      expect(code).toBe(0)
      for (const group of new Set(commands.map((command) => command.split(' ')[0])))
        expect(out).toContain(`  ${group}`)
      for (const exitCode of [0, 1, 2, 3, 130])
        expect(out).toMatch(new RegExp(`Exit codes:.*\\b${exitCode} `))
    },
  )

  it('names no command that this list does not', async () => {
    const program = createProgram({ out: {}, err: {} } as never, () => undefined)
    const leaves = (command: Command, path: string): string[] =>
      command.commands.length === 0
        ? [path.trim()]
        : command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`))
    expect(leaves(program, '').sort()).toEqual([...commands].sort())
  })

  it('of a group that is written without a command is no success', async () => {
    const { code, out, err } = await cli('users')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('Usage: sessera users')
  })

  it('--version is that of the package', async () => {
    expect(await cli('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })
})

describe('a mistake is told in one sentence, with exit code 2', () => {
  const how = 'Add --help to see how it is written.'
  const workers = 'Write a number from 1 to 64, or "auto" for one per processor.'

  it.each([
    { args: ['start'], says: `"start" is no command. ${how}` },
    { args: ['users', 'shwo', 'ada'], says: `"shwo" is no command. Perhaps you mean "show". ${how}` },
    { args: ['users', 'show'], says: `The name is missing. ${how}` },
    { args: ['users', 'show', 'ada', 'bob'], says: `There are more words than this command takes. ${how}` },
    { args: ['users', 'list', '--role'], says: `"--role <role>" has no value. ${how}` },
    { args: ['users', 'list', '--limit', '0'], says: 'Write a number from 1, or "all".' },
    { args: ['users', 'import', 'x', '--format', 'xml'], says: 'Allowed choices are jsonl, csv.' },
    {
      args: ['users', 'roles', 'ada', '--add', 'a', '--set', 'b'],
      says: '--set, --add and --remove exclude',
    },
    {
      args: ['users', 'show', '-x'],
      says: `"-x" is no option of this command. ${how} If it is an id that begins`,
    },
    {
      args: ['sessions', 'end'],
      says: 'Write what to end: the id of one session, --user <name>, or --everyone.',
    },
    { args: ['sessions', 'end', 'abc', '--everyone'], says: 'Write what to end:' },
    {
      args: ['sessions', 'end', '--everyone'],
      says: 'Nobody is there to be asked whether this is meant. Add --yes.',
    },
    { args: ['keys', 'revoke', 'abc'], says: 'Add --yes.' },
    { args: ['audit', 'tail', '-n', '1001'], says: 'Write a number from 1 to 1000.' },
    { args: ['audit', 'export', '--since', '1 day'], says: 'Write a date such as' },
    { args: ['audit', 'export', '--since', '2026-13-01'], says: 'Write a date such as' },
    { args: ['audit', 'export', '--since', '2026-11-21T08:00'], says: 'Write a date such as' },
    { args: ['serve', '--port', '80'], says: `"--port" is no option of this command.` },
    { args: ['serve', '4'], says: `There are more words than this command takes. ${how}` },
    { args: ['-w', '4'], says: '"-w" is no option of this command.' },
    { args: ['serve', '--workers'], says: '"--workers <number>" has no value.' },
    ...['0', '65', '04', '-1', '2.5', '1e1', 'x', 'AUTO', ''].map((written) => ({
      args: [`--workers=${written}`],
      says: `--workers is "${written}". ${workers}`,
    })),
  ])('$args', async ({ args, says }) => {
    const { code, out, err } = await cli(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(says)
    expect(err.trimEnd()).not.toContain('\n')
  })

  it('with what was typed made harmless', async () => {
    expect((await cli('\u001b[2J')).err).toMatch(/^"\\u\{1b\}\[2J" is no command\./)
  })
})

describe('a password', () => {
  it.each([
    [['users', 'create', 'ada', '--password', 'correct horse']],
    [['users', 'create', 'ada', '--password=correct horse']],
    [['users', 'create', 'ada', '-password', 'correct horse']],
    [['users', 'create', '--pass=correct horse', 'ada']],
  ])('is not taken from %j, nor repeated', async (args) => {
    const { code, err } = await cli(...args)
    expect(code).toBe(2)
    expect(err).toContain('everybody on this machine could read it. Pipe it in with --password-stdin')
    expect(err).not.toContain('correct horse')
  })
})
