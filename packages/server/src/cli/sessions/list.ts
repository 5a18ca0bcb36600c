// `sessera sessions list`: on which devices somebody is signed in.

import type { SessionInfo } from 'sessera'
import type { Outcome } from '../act.js'
import { type Named, requireUser } from '../find-user.js'
import type { Shell } from '../shell.js'
import { printable, toJsonLine, toMoment, toTable } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options extends Named {
  readonly json?: true
}

export async function listSessions(shell: Shell, name: string, options: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const { id, username } = await requireUser(auth, name, options)
    const sessions = await auth.sessions.list(id)
    if (options.json) await shell.out.write(toJsonLine(sessions))
    else if (sessions.length > 0) await shell.out.write(tableOf(sessions))
    else await shell.err.write(`"${printable(username)}" is signed in nowhere.\n`)
  })
  return undefined
}

function tableOf(sessions: readonly SessionInfo[]): string {
  return toTable(
    ['ID', 'MODE', 'BEGAN', 'LAST SEEN', 'ENDS', 'ADDRESS', 'DEVICE'],
    sessions.map(({ id, mode, createdAt, lastSeenAt, idleEndsAt, ip, userAgent }) => [
      id,
      mode,
      toMoment(createdAt),
      toMoment(lastSeenAt),
      toMoment(idleEndsAt),
      ip ?? '-',
      userAgent ?? '-',
    ]),
  )
}
