// All commands in one tree, with their help. What each one does is in a file of its own.

import { Command } from 'commander'
import { type Act, createAct } from './act.js'
import { addAuditCommands } from './audit/commands.js'
import { withExamples } from './examples.js'
import { addKeysCommands } from './keys/commands.js'
import { addSessionsCommands } from './sessions/commands.js'
import { type Shell, tell } from './shell.js'
import { addUsersCommands } from './users/commands.js'
import { version } from './version.js'

const afterword = `
Without a command it starts the server. All commands work on the database of the server, whether it runs or not, and take
the same settings from the environment: SESSERA_DATA, SESSERA_ORIGIN, SESSERA_SECRET, … Only "restore" needs it stopped.

Exit codes: 0 done, 1 failed, 2 what was typed is wrong, 3 there is no such thing, 130 stopped by Ctrl-C.`

export function createProgram(shell: Shell, setExitCode: (code: number) => void): Command {
  const act = createAct(shell, setExitCode)
  const program = new Command('sessera')
  configure(program, shell)
  program
    .description('The authentication server, and the commands to operate it.')
    .version(version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .helpCommand('help [command]', 'the help of a command')
  addServe(program, act)
  addUsersCommands(program, act)
  addSessionsCommands(program, act)
  addKeysCommands(program, act)
  addAuditCommands(program, act)
  addDataCommands(program, act)
  withExamples(program, ['sessera serve --workers auto', 'sessera users create ada --role admin'])
  program.addHelpText('after', afterword)
  return program
}

/** Inherited by every command that is added later. */
function configure(program: Command, { out, err }: Shell): void {
  program.exitOverride()
  program.configureOutput({
    writeOut: (text) => void tell(out, text),
    writeErr: (text) => void tell(err, text),
    // Said once, by whoever catches the error.
    outputError: () => undefined,
  })
}

function addServe(program: Command, act: Act): void {
  const command = program
    .command('serve')
    .description('starts the server')
    .option(
      '--workers <number>',
      'how many processes answer requests, 1 to 64, or "auto"; default: SESSERA_WORKERS, or 1',
    )
  act.toTheEnd(
    withExamples(command, [
      'sessera serve --workers auto',
      'PORT=8080 SESSERA_DATA=/var/lib/sessera sessera serve',
    ]),
    async () => (await import('./serve.js')).serve,
  )
}

const json = ['--json', 'as JSON'] as const

function addDataCommands(program: Command, act: Act): void {
  const saving = program
    .command('backup')
    .argument('<file>', 'a new file')
    .description('copies the database as it is now, while the server runs')
    .option(...json)
  act(
    withExamples(saving, ['sessera backup /backups/monday.db', 'sessera backup monday.db --json']),
    async () => (await import('./backup.js')).backup,
  )

  const restoring = program
    .command('restore')
    .argument('<file>', 'what "sessera backup" wrote')
    .description('puts a backup in place, signs out everybody and replaces all signing keys')
    .option('--replace', 'even if there is a database; it is kept beside the restored one')
    .option(...json)
  act.toTheEnd(
    withExamples(restoring, ['sessera restore monday.db', 'sessera restore monday.db --replace']),
    async () => (await import('./restore.js')).restore,
  )

  const examining = program
    .command('doctor')
    .description('looks for what is wrong, and says what to do')
    .option(...json)
  act(
    withExamples(examining, ['sessera doctor', 'sessera doctor --json']),
    async () => (await import('./doctor/doctor.js')).doctor,
  )
}
