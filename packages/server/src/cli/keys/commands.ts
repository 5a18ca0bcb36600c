// `sessera keys …`: the words of its commands.

import type { Command } from 'commander'
import type { Act } from '../act.js'
import { withExamples } from '../examples.js'

const json = ['--json', 'as JSON'] as const

export function addKeysCommands(program: Command, act: Act): void {
  const keys = program.command('keys').description('the keys that sign access tokens')
  withExamples(keys, ['sessera keys list', 'sessera keys rotate'])

  const list = keys
    .command('list')
    .description('which there are, and what they do')
    .option(...json)
  act(
    withExamples(list, ['sessera keys list', 'sessera keys list --json']),
    async () => (await import('./manage.js')).listKeys,
  )

  const rotate = keys
    .command('rotate')
    .description('adds a key that signs ten minutes from now, when everyone knows it')
    .option(...json)
  act(
    withExamples(rotate, ['sessera keys rotate', 'sessera keys rotate --json']),
    async () => (await import('./manage.js')).rotateKey,
  )

  const revoke = keys
    .command('revoke')
    .argument('<kid>', 'the name of the key')
    .description('in an emergency: tokens under this key are refused at once')
    .option('--yes', 'do not ask')
    .option(...json)
  act(
    withExamples(revoke, ['sessera keys revoke kq2-7w', 'sessera keys revoke --yes -- -kid-with-a-dash']),
    async () => (await import('./manage.js')).revokeKey,
  )
}
