// Any error of a command as an exit code and a sentence. Never a stack; never more than the operator can use.

import { CommanderError } from 'commander'
import { AuthError, ConfigurationError } from 'sessera'
import { codeOf } from '../data-folder.js'
import { CommandError, exitCodes } from './command-error.js'
import { OutputClosed } from './shell.js'

export interface Explained {
  readonly exitCode: number
  /** Null: there is nothing to say, or it has been said. */
  readonly sentence: string | null
}

export function explain(error: unknown): Explained {
  if (error instanceof OutputClosed) return { exitCode: exitCodes.done, sentence: null }
  if (error instanceof CommandError) return { exitCode: error.exitCode, sentence: error.message }
  if (error instanceof CommanderError) return explainParsing(error)
  if (error instanceof ConfigurationError) return { exitCode: exitCodes.failed, sentence: error.message }
  if (error instanceof AuthError) return explainRefusal(error)
  return { exitCode: exitCodes.failed, sentence: explainFault(error) }
}

function explainRefusal(error: AuthError): Explained {
  switch (error.code) {
    case 'invalid_request':
    case 'password_unacceptable':
      return { exitCode: exitCodes.mistyped, sentence: error.message }
    case 'not_found':
      return { exitCode: exitCodes.notFound, sentence: error.message }
    case 'last_administrator':
      return {
        exitCode: exitCodes.failed,
        sentence: `${error.message} To do it all the same, write --force.`,
      }
    case 'unavailable':
      return error.cause === undefined
        ? { exitCode: exitCodes.failed, sentence: error.message }
        : explain(error.cause)
    default:
      return { exitCode: exitCodes.failed, sentence: error.message }
  }
}

const sqliteFull = 13
const sqliteInputOutput = 10
const sqliteCorrupt = 11
const sqliteReadOnly = 8
const sqliteBusy = 5

function explainFault(failed: unknown): string {
  const error = innermost(failed)
  if (!(error instanceof Error)) return `It failed: ${String(error)}`
  const result = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
  if (codeOf(error) === 'ENOSPC' || result === sqliteFull || /database or disk is full/.test(error.message)) {
    return 'The disk is full. Nothing was changed by the last step. Make room, and try again.'
  }
  if (result === sqliteReadOnly || /attempt to write a readonly database/.test(error.message)) {
    return 'The database is not writable for this user. Run the command as the user of the server.'
  }
  if (result === sqliteCorrupt || /database disk image is malformed/.test(error.message)) {
    return 'The database is damaged. Stop the server and restore a backup: sessera restore <file> --replace'
  }
  if (result === sqliteInputOutput || /disk I\/O error/.test(error.message)) {
    return 'The disk reports a fault, or no room for the file to grow. Look at the disk, and try again.'
  }
  if (result === sqliteBusy || /database is locked/.test(error.message)) {
    return 'The database is busy: another process writes to it for longer than we wait. Try again.'
  }
  return `It failed: ${error.message}`
}

/** What began it: a failed step may have made others fail. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
}

const silent = ['commander.help', 'commander.helpDisplayed', 'commander.version']

function explainParsing({ code, message, exitCode }: CommanderError): Explained {
  if (silent.includes(code))
    return { exitCode: exitCode === 0 ? exitCodes.done : exitCodes.mistyped, sentence: null }
  return { exitCode: exitCodes.mistyped, sentence: sentenceOf(code, message) }
}

const orHelp = 'Add --help to see how it is written.'

function sentenceOf(code: string, message: string): string {
  const [, named = ''] = /'([^']*)'/.exec(message) ?? []
  const suggestion = /\(Did you mean (.*)\?\)/.exec(message)?.[1]
  const perhaps = suggestion === undefined ? '' : ` Perhaps you mean "${suggestion}".`
  switch (code) {
    case 'commander.unknownOption': {
      // What stands behind "=" may be a secret.
      const option = named.split('=', 1)[0] ?? ''
      if (/^--?pass(word)?$/.test(option)) {
        return 'A password is not taken as an argument: everybody on this machine could read it. Pipe it in with --password-stdin, or leave it out and be asked.'
      }
      return `"${option}" is no option of this command.${perhaps} ${orHelp} If it is an id that begins with "-", write "--" before it.`
    }
    case 'commander.unknownCommand':
      return `"${named}" is no command.${perhaps} ${orHelp}`
    case 'commander.missingArgument':
      return `The ${named} is missing. ${orHelp}`
    case 'commander.optionMissingArgument':
      return `"${named}" has no value. ${orHelp}`
    case 'commander.excessArguments':
      return `There are more words than this command takes. ${orHelp}`
    default:
      return `${message.replace(/^error: /, '').replace(/^./, (first) => first.toUpperCase())} ${orHelp}`
  }
}
