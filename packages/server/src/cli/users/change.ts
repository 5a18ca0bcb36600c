// `sessera users disable`, `enable`, `unlock`, `delete`: one step each, told in one sentence.

import type { Auth } from 'sessera'
import type { Outcome } from '../act.js'
import { confirm } from '../confirm.js'
import { type Named, requireUser } from '../find-user.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options extends Named {
  readonly force?: true
  readonly yes?: true
  readonly json?: true
}

type Change = (shell: Shell, name: string, options: Options) => Outcome

export const disableUser: Change = changing(
  async (auth, id, { force }) => auth.users.disable(id, { force: force === true }),
  'is disabled. All sessions have ended',
)
export const enableUser: Change = changing(async (auth, id) => auth.users.enable(id), 'may sign in again')
export const unlockUser: Change = changing(async (auth, id) => auth.users.unlock(id), 'may try again at once')

export async function deleteUser(shell: Shell, name: string, options: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const { id, username } = await requireUser(auth, name, options)
    await confirm(shell, `Delete "${printable(username)}" and all sessions, for good?`, options)
    await auth.users.delete(id, { force: options.force === true })
    await tell(shell, options, { id, username }, 'is deleted')
  })
  return undefined
}

function changing(
  change: (auth: Auth, id: string, options: Options) => Promise<void>,
  became: string,
): Change {
  return async (shell, name, options) => {
    await withAuth(shell, {}, async (auth) => {
      const { id, username } = await requireUser(auth, name, options)
      await change(auth, id, options)
      await tell(shell, options, { id, username }, became)
    })
    return undefined
  }
}

async function tell(
  shell: Shell,
  { json }: Options,
  user: { readonly id: string; readonly username: string },
  became: string,
): Promise<void> {
  if (json) await shell.out.write(toJsonLine(user))
  else await shell.err.write(`"${printable(user.username)}" ${became}.\n`)
}
