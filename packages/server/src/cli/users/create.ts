// `sessera users create`: with a password from a pipe or a person, or with a link to set one.

import type { Auth, Invitation } from 'sessera'
import type { Outcome } from '../act.js'
import { failure } from '../command-error.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine } from '../text.js'
import { withAuth } from '../with-auth.js'
import { tellInvitation } from './invite.js'
import { askPassword, readPassword } from './password.js'

interface Options {
  readonly email?: string
  readonly role?: readonly string[]
  readonly passwordStdin?: true
  readonly json?: true
}

export async function createUser(shell: Shell, username: string, options: Options): Outcome {
  const password = await passwordFor(shell, options)
  await withAuth(shell, { whenMissing: 'create' }, async (auth) => {
    const { id } = await auth.users.create({
      username,
      ...(password === null ? {} : { password }),
      ...(options.email === undefined ? {} : { email: options.email }),
      roles: options.role ?? [],
    })
    const invitation = password === null ? await invite(auth, username, id) : null
    if (options.json) return await shell.out.write(toJsonLine({ id, username, invitation }))
    await shell.err.write(`Created "${printable(username)}" with the id ${id}.\n`)
    if (invitation !== null) await tellInvitation(shell, invitation)
  })
  return undefined
}

/** Null: they set one themselves, with an invitation. */
async function passwordFor(shell: Shell, { passwordStdin, json }: Options): Promise<string | null> {
  if (passwordStdin) return await readPassword(shell)
  return shell.person === null || json ? null : await askPassword(shell.person)
}

async function invite(auth: Auth, username: string, id: string): Promise<Invitation> {
  try {
    return await auth.users.invite(id)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw failure(
      `"${username}" was created, but there is no invitation: ${reason} Try "sessera users invite".`,
    )
  }
}
