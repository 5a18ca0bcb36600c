// `sessera users show` and what it shows, which `users list --json` shows too.

import type { UserInfo } from 'sessera'
import type { Outcome } from '../act.js'
import { type Named, requireUser } from '../find-user.js'
import type { Shell } from '../shell.js'
import { toJsonLine, toList, toMoment } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options extends Named {
  readonly json?: true
}

export async function showUser(shell: Shell, name: string, options: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    const user = await requireUser(auth, name, options)
    const sessions = (await auth.sessions.list(user.id)).length
    await shell.out.write(options.json ? toJsonLine({ ...user, sessions }) : describe(user, sessions))
  })
  return undefined
}

function describe(user: UserInfo, sessions: number): string {
  return toList([
    ['username', user.username],
    ['id', user.id],
    ['email', user.email ?? '-'],
    ['roles', user.roles.join(', ') || '-'],
    ['claims', JSON.stringify(user.claims)],
    ['password', user.hasPassword ? 'set' : 'none yet: "sessera users invite" makes a link to set one'],
    ['state', user.disabledAt === null ? 'enabled' : `disabled since ${toMoment(user.disabledAt)}`],
    ['sessions', String(sessions)],
    ['created', toMoment(user.createdAt)],
  ])
}
