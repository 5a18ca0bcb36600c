// `sessera sessions …`: the words of its commands.

import type { Command } from 'commander'
import type { Act } from '../act.js'
import { withExamples } from '../examples.js'

const json = ['--json', 'as JSON'] as const
const byId = ['--id', 'what is named is an id, not a username'] as const

export function addSessionsCommands(program: Command, act: Act): void {
  const sessions = program.command('sessions').description('who is signed in, and where')
  withExamples(sessions, ['sessera sessions list ada', 'sessera sessions end --user ada'])

  const list = sessions
    .command('list')
    .argument('<name>', 'a username, or an id with --id')
    .description('where somebody is signed in, latest seen first')
    .option(...byId)
    .option(...json)
  act(
    withExamples(list, ['sessera sessions list ada', 'sessera sessions list ada --json']),
    async () => (await import('./list.js')).listSessions,
  )

  const end = sessions
    .command('end')
    .argument('[session]', 'the id of a session')
    .description('signs out; a server that runs obeys within a second')
    .option('--user <name>', 'all sessions of this user')
    .option('--everyone', 'all sessions of all users')
    .option(...byId)
    .option('--yes', 'do not ask')
    .option(...json)
  act(
    withExamples(end, ['sessera sessions end --user ada', 'sessera sessions end --everyone --yes']),
    async () => (await import('./end.js')).endSessions,
  )
}
