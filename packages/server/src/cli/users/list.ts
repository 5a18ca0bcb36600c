// `sessera users list`: page after page, so that a million users need no memory.

import type { Auth, UserInfo } from 'sessera'
import type { Outcome } from '../act.js'
import type { Shell } from '../shell.js'
import { toJsonLine, toMoment, toTable } from '../text.js'
import { withAuth } from '../with-auth.js'

interface Options {
  readonly search?: string
  readonly role?: string
  readonly disabled?: true
  readonly limit: number
  readonly json?: true
}

const pageSize = 200

export async function listUsers(shell: Shell, options: Options): Outcome {
  await withAuth(shell, {}, async (auth) => {
    let shown = 0
    for await (const { users, more } of pagesOf(auth, options)) {
      await shell.out.write(options.json ? users.map(toJsonLine).join('') : tableOf(users, shown === 0))
      shown += users.length
      if (more) await shell.err.write('There are more. Write a higher --limit, or --limit all.\n')
    }
    if (shown === 0 && !options.json) await shell.err.write('There is nobody.\n')
  })
  return undefined
}

async function* pagesOf(
  auth: Auth,
  { search, role, disabled, limit }: Options,
): AsyncGenerator<{ readonly users: readonly UserInfo[]; readonly more: boolean }> {
  const query = {
    ...(search === undefined ? {} : { search }),
    ...(role === undefined ? {} : { role }),
    ...(disabled ? { disabled } : {}),
  }
  let left = limit
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Auth['users']['list']>> = await auth.users.list({
      ...query,
      limit: Math.min(left, pageSize),
      ...(after === null ? {} : { after }),
    })
    left -= page.users.length
    after = page.next
    if (page.users.length > 0) yield { users: page.users, more: left === 0 && after !== null }
  } while (after !== null && left > 0)
}

function tableOf(users: readonly UserInfo[], withHeadings: boolean): string {
  const table = toTable(
    ['USERNAME', 'ID', 'EMAIL', 'ROLES', 'CREATED', 'STATE'],
    users.map((user) => [
      user.username,
      user.id,
      user.email ?? '-',
      user.roles.join(',') || '-',
      toMoment(user.createdAt),
      user.disabledAt === null ? (user.hasPassword ? 'enabled' : 'invited') : 'disabled',
    ]),
  )
  return withHeadings ? table : table.slice(table.indexOf('\n') + 1)
}
