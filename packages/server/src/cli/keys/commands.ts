// `sessera keys …`: the keys that sign access tokens.

import type { Command } from 'commander'
import type { Act, Outcome } from '../act.js'
import { notFound } from '../command-error.js'
import { confirm } from '../confirm.js'
import { withExamples } from '../examples.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine, toMoment, toTable } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options {
  readonly yes?: true
  readonly json?: true
}

const json = ['--json', 'as JSON'] as const

export function addKeysCommands(program: Command, act: Act): void {
  const keys = program.command('keys').description('the keys that sign access tokens')
  withExamples(keys, ['sessera keys list', 'sessera keys rotate'])

  const list = keys
    .command('list')
    .description('which there are, and what they do')
    .option(...json)
  act(withExamples(list, ['sessera keys list', 'sessera keys list --json']), listKeys)

  const rotate = keys
    .command('rotate')
    .description('adds a key that signs ten minutes from now, when everyone knows it')
    .option(...json)
  act(withExamples(rotate, ['sessera keys rotate', 'sessera keys rotate --json']), rotateKey)

  const revoke = keys
    .command('revoke')
    .argument('<kid>', 'the name of the key')
    .description('in an emergency: tokens under this key are refused at once')
    .option('--yes', 'do not ask')
    .option(...json)
  act(
    withExamples(revoke, ['sessera keys revoke kq2-7w', 'sessera keys revoke --yes -- -kid-with-a-dash']),
    revokeKey,
  )
}

async function listKeys(shell: Shell, options: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const keys = await auth.keys.list()
    if (options.json) return await shell.out.write(toJsonLine(keys))
    const rows = keys.map(({ kid, algorithm, state, createdAt, signsFrom }) => [
      kid,
      algorithm,
      state,
      toMoment(createdAt),
      toMoment(signsFrom),
    ])
    await shell.out.write(toTable(['KID', 'ALGORITHM', 'STATE', 'CREATED', 'SIGNS FROM'], rows))
  })
  return undefined
}

async function rotateKey(shell: Shell, { json: asJson }: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const kid = await auth.keys.rotate()
    if (!asJson) await shell.err.write('This key signs ten minutes from now:\n')
    await shell.out.write(asJson ? toJsonLine({ kid }) : `${printable(kid)}\n`)
  })
  return undefined
}

async function revokeKey(shell: Shell, kid: string, options: Options): Outcome {
  await confirm(shell, `Refuse every access token under the key "${printable(kid)}"?`, options)
  await withAuth(shell, {}, async (auth) => {
    if (!(await auth.keys.revoke(kid))) {
      throw notFound(`There is no key "${kid}". "sessera keys list" shows which there are.`)
    }
    if (options.json) await shell.out.write(toJsonLine({ kid }))
    else
      await shell.err.write(
        'The key is gone, and tokens under it are refused. Clients refresh by themselves.\n',
      )
  })
  return undefined
}
