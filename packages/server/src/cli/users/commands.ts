// `sessera users …`: the words of its commands.

import { type Command, Option } from 'commander'
import type { Act } from '../act.js'
import { withExamples } from '../examples.js'
import { parseLimit } from '../parse-options.js'

const json = ['--json', 'as JSON'] as const
const byId = ['--id', 'what is named is an id, not a username'] as const
const force = ['--force', 'even if nobody is left who may administer'] as const

export function addUsersCommands(program: Command, act: Act): void {
  const users = program.command('users').description('who may sign in')
  withExamples(users, ['sessera users create ada --role admin', 'sessera users list --search a'])

  const named = (name: string, description: string, examples: readonly [string, string]): Command =>
    withExamples(
      users.command(name).argument('<name>', 'a username, or an id with --id').description(description),
      examples,
    ).option(...byId)

  const create = users
    .command('create')
    .argument('<name>', 'the username')
    .description('adds somebody; without a password, prints a link to set one')
    .option('--email <address>', 'where they can be reached')
    .option('--role <role>', 'may be given more than once', collect)
    .option('--password-stdin', 'take the password from standard input')
    .option(...json)
  act(
    withExamples(create, [
      'sessera users create ada --email ada@example.com --role admin',
      'pass show ada | sessera users create ada --password-stdin',
    ]),
    async () => (await import('./create.js')).createUser,
  )

  const list = users
    .command('list')
    .description('who there is, in the order of usernames')
    .option('--search <text>', 'whose username or email address begins so')
    .option('--role <role>', 'who has this role')
    .option('--disabled', 'who may not sign in')
    .option('--limit <number>', 'how many at most, or "all"', parseLimit, 50)
    .option('--json', 'as JSON, one line for each')
  act(
    withExamples(list, [
      'sessera users list --role admin',
      'sessera users list --disabled --limit all --json',
    ]),
    async () => (await import('./list.js')).listUsers,
  )

  const show = named('show', 'what is known about somebody', [
    'sessera users show ada',
    'sessera users show --id 3q2-7wAAAAAAAAAAAAAAAA --json',
  ])
  act(show.option(...json), async () => (await import('./show.js')).showUser)

  const invite = named('invite', 'prints a link with which they set a (new) password', [
    'sessera users invite ada',
    'sessera users invite ada --valid-for 3d',
  ])
  act(
    invite.option('--valid-for <time>', 'such as 30m, 12h or 3d').option(...json),
    async () => (await import('./invite.js')).inviteUser,
  )

  const roles = named('roles', 'shows or changes what they may do', [
    'sessera users roles ada --add editor,author',
    'sessera users roles ada --set admin',
  ])
  act(
    roles
      .option('--set <roles>', 'these and no others; separated by commas')
      .option('--add <roles>', 'these too')
      .option('--remove <roles>', 'not these')
      .option(...force)
      .option(...json),
    async () => (await import('./roles.js')).userRoles,
  )

  const disable = named('disable', 'ends all their sessions and lets them sign in no more', [
    'sessera users disable ada',
    'sessera users disable --id 3q2-7wAAAAAAAAAAAAAAAA',
  ])
  act(disable.option(...force).option(...json), async () => (await import('./change.js')).disableUser)

  const enable = named('enable', 'lets them sign in again', [
    'sessera users enable ada',
    'sessera users enable ada --json',
  ])
  act(enable.option(...json), async () => (await import('./change.js')).enableUser)

  const unlock = named('unlock', 'forgets failed guesses at their password', [
    'sessera users unlock ada',
    'sessera users unlock ada --json',
  ])
  act(unlock.option(...json), async () => (await import('./change.js')).unlockUser)

  const remove = named('delete', 'removes them and all that is theirs, for good', [
    'sessera users delete ada',
    'sessera users delete ada --yes',
  ])
  act(
    remove
      .option('--yes', 'do not ask')
      .option(...force)
      .option(...json),
    async () => (await import('./change.js')).deleteUser,
  )

  const importing = users
    .command('import')
    .argument('<file>', 'JSON lines or CSV, in UTF-8')
    .description('adds many, with the password hashes they have; who exists already is left alone')
    .addOption(new Option('--format <format>', 'default: by the name of the file').choices(['jsonl', 'csv']))
    .option('--dry-run', 'only say what would become of each')
    .option('--resume', 'go on where an import of this file stopped')
    .option('--rejected <file>', 'where to list the lines that cannot be imported, as JSON lines')
    .option('--json', 'the summary as JSON')
  importing.addHelpText(
    'after',
    `
Columns of CSV (first line) or members of each JSON object: username, email, password_hash, roles, claims, disabled.
Roles are separated by blanks or commas, claims are a JSON object, disabled is true or false.`,
  )
  act.toTheEnd(
    withExamples(importing, [
      'sessera users import users.csv --dry-run --rejected rejected.jsonl',
      'sessera users import users.jsonl --resume',
    ]),
    async () => (await import('./import.js')).importUsers,
  )
}

function collect(role: string, before: readonly string[] = []): readonly string[] {
  return [...before, role]
}
