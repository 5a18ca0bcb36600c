// `sessera audit tail`: the newest lines of the record, and with --follow what comes after them.

import { setTimeout as pause } from 'node:timers/promises'
import type { Outcome } from '../act.js'
import type { Shell } from '../shell.js'
import { withAuth } from '../with-auth.js'
import { toLine, toRecordLine } from './format.js'

interface Options {
  readonly lines: number
  readonly follow?: true
  readonly json?: true
}

const pageSize = 1000
const pauseMs = 500

export async function tailAudit(shell: Shell, { lines, follow, json }: Options): Outcome {
  const format = json ? toRecordLine : toLine
  const signal = shell.interrupted()
  await withAuth(shell, {}, async (auth) => {
    const newest = await auth.audit.list({ order: 'newest', limit: Math.min(lines, pageSize) })
    await shell.out.write([...newest].reverse().map(format).join(''))
    let after = newest[0]?.seq ?? 0
    while (follow && !signal.aborted) {
      const events = await auth.audit.list({ order: 'oldest', after, limit: pageSize })
      if (events.length > 0) await shell.out.write(events.map(format).join(''))
      after = events.at(-1)?.seq ?? after
      if (events.length < pageSize) await pause(pauseMs, null, { signal }).catch(() => undefined)
    }
  })
  return undefined
}
