// `sessera users roles`: shows them, or replaces, adds and removes some.

import type { Outcome } from '../act.js'
import { mistyped } from '../command-error.js'
import { type Named, requireUser } from '../find-user.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options extends Named {
  readonly set?: string
  readonly add?: string
  readonly remove?: string
  readonly force?: true
  readonly json?: true
}

export async function userRoles(shell: Shell, name: string, options: Options): Outcome {
  const change = changeOf(options)
  await withAuth(shell, {}, async (auth) => {
    const user = await requireUser(auth, name, options)
    const roles = change === null ? user.roles : change(user.roles)
    if (change !== null) await auth.users.setRoles(user.id, roles, { force: options.force === true })
    const { id, username } = user
    await shell.out.write(
      options.json ? toJsonLine({ id, username, roles }) : `${roles.map(printable).join(',')}\n`,
    )
  })
  return undefined
}

type Change = (roles: readonly string[]) => readonly string[]

/** Null when they are only to be shown. */
function changeOf({ set, add, remove }: Options): Change | null {
  if ([set, add, remove].filter((given) => given !== undefined).length > 1) {
    throw mistyped('--set, --add and --remove exclude each other. Write one of them.')
  }
  if (set !== undefined) return () => listOf(set)
  if (add !== undefined) return (roles) => [...new Set([...roles, ...listOf(add)])]
  if (remove !== undefined) return (roles) => roles.filter((role) => !listOf(remove).includes(role))
  return null
}

function listOf(text: string): readonly string[] {
  return text.split(',').filter((role) => role !== '')
}
