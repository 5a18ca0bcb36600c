// `sessera audit export`: the record from its oldest line on, page after page.

import type { Outcome } from '../act.js'
import type { Shell } from '../shell.js'
import { withAuth } from '../with-auth.js'
import { csvHeader, toCsvLine, toRecordLine } from './format.js'

interface Options {
  readonly since?: (now: number) => number
  readonly until?: (now: number) => number
  readonly format: 'jsonl' | 'csv'
}

const pageSize = 1000

export async function exportAudit(shell: Shell, { since, until, format }: Options): Outcome {
  const now = shell.now()
  const toText = format === 'csv' ? toCsvLine : toRecordLine
  await withAuth(shell, {}, async (auth) => {
    if (format === 'csv') await shell.out.write(csvHeader)
    let after: number | null = null
    for (;;) {
      const events: Awaited<ReturnType<typeof auth.audit.list>> = await auth.audit.list({
        order: 'oldest',
        limit: pageSize,
        ...(after === null ? {} : { after }),
        ...(since === undefined ? {} : { since: since(now) }),
        ...(until === undefined ? {} : { until: until(now) }),
      })
      if (events.length > 0) await shell.out.write(events.map(toText).join(''))
      if (events.length < pageSize) return
      after = events.at(-1)?.seq ?? after
    }
  })
  return undefined
}
