// `sessera sessions end`: one session, all of a user, or everyone's. A server that runs refuses them within a second.

import type { Auth } from 'sessera'
import type { Outcome } from '../act.js'
import { mistyped, notFound } from '../command-error.js'
import { confirm } from '../confirm.js'
import { type Named, requireUser } from '../find-user.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options extends Named {
  readonly user?: string
  readonly everyone?: true
  readonly yes?: true
  readonly json?: true
}

interface Done {
  readonly sentence: string
  /** Null: nobody counts them. */
  readonly ended: number | null
}

export async function endSessions(shell: Shell, session: string | undefined, options: Options): Outcome {
  const wanted = [session, options.user, options.everyone].filter((given) => given !== undefined)
  if (wanted.length !== 1) {
    throw mistyped('Write what to end: the id of one session, --user <name>, or --everyone.')
  }
  if (options.everyone) await confirm(shell, 'Sign out everybody?', options)
  await withAuth(shell, {}, async (auth) => {
    const { sentence, ended } = await end(auth, session, options)
    if (options.json) await shell.out.write(toJsonLine({ ended }))
    else await shell.err.write(`${sentence}\n`)
  })
  return undefined
}

const cause = 'ended_by_operator'

async function end(auth: Auth, session: string | undefined, options: Options): Promise<Done> {
  if (options.user !== undefined) {
    const { id, username } = await requireUser(auth, options.user, options)
    const ended = await auth.sessions.endAll(id)
    return { sentence: `"${printable(username)}" is signed out everywhere: ${ended} ended.`, ended }
  }
  if (session === undefined) {
    await auth.sessions.endEveryone()
    return { sentence: 'Everybody is signed out.', ended: null }
  }
  if (!(await auth.sessions.end(session, cause))) {
    throw notFound(
      `There is no session "${session}", or it has ended. "sessera sessions list <name>" shows who has which.`,
    )
  }
  return { sentence: 'The session has ended.', ended: 1 }
}
