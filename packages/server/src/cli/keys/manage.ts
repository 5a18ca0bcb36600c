// `sessera keys …`: what its commands do.

import type { Outcome } from '../act.js'
import { notFound } from '../command-error.js'
import { confirm } from '../confirm.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine, toMoment, toTable } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options {
  readonly yes?: true
  readonly json?: true
}

export async function listKeys(shell: Shell, options: Options): Outcome {
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

export async function rotateKey(shell: Shell, { json: asJson }: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const kid = await auth.keys.rotate()
    if (!asJson) await shell.err.write('This key signs ten minutes from now:\n')
    await shell.out.write(asJson ? toJsonLine({ kid }) : `${printable(kid)}\n`)
  })
  return undefined
}

export async function revokeKey(shell: Shell, kid: string, options: Options): Outcome {
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
