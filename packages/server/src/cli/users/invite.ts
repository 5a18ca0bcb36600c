// `sessera users invite`: a link with which somebody sets their password.

import type { Invitation } from 'sessera'
import type { Outcome } from '../act.js'
import { type Named, requireUser } from '../find-user.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine, toMoment } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options extends Named {
  readonly validFor?: string
  readonly json?: true
}

export async function inviteUser(shell: Shell, name: string, options: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const { id, username } = await requireUser(auth, name, options)
    const { validFor } = options
    const invitation = await auth.users.invite(id, validFor === undefined ? {} : { validFor })
    if (options.json) return await shell.out.write(toJsonLine({ id, username, invitation }))
    await tellInvitation(shell, invitation)
  })
  return undefined
}

/** The link alone on stdout, so that it can be piped. */
export async function tellInvitation(shell: Shell, { link, token, expiresAt }: Invitation): Promise<void> {
  await shell.err.write(
    `Whoever opens this link before ${toMoment(expiresAt)} sets the password, once. Send it to nobody else:\n`,
  )
  await shell.out.write(`${printable(link ?? token)}\n`)
}
