// Whom a command is about. A word is a username; with `--id` it is an id, so that nobody can be mistaken for somebody
// whose id they took as a name.

import type { Auth, UserInfo } from 'sessera'
import { notFound } from './command-error.js'
import { printable } from './text.js'

export interface Named {
  readonly id?: true
}

/** @throws CommandError when there is nobody. */
export async function requireUser(auth: Auth, name: string, { id }: Named): Promise<UserInfo> {
  const user = await auth.users.find(id ? { id: name } : { username: name })
  if (user === null) {
    throw notFound(
      id
        ? `There is no user with the id "${printable(name)}". "sessera users list" shows who there is.`
        : `There is no user "${printable(name)}". "sessera users list" shows who there is; an id is written with --id.`,
    )
  }
  return user
}
