// How far an import is: a bar on a terminal, else a line every few seconds.

import type { Counts } from './import-file.js'

export interface ProgressOptions {
  readonly terminal: boolean
  /** Of the file; null when nobody knows. */
  readonly size: number | null
  readonly now: () => number
  write(text: string): Promise<void>
}

export interface Progress {
  show(offset: number, counts: Counts): Promise<void>
  /** Leaves the line of the bar. */
  end(): Promise<void>
}

const barMs = 100
const lineMs = 5000
const barWidth = 24

export function createProgress({ terminal, size, now, write }: ProgressOptions): Progress {
  let shownAt = terminal ? 0 : now()
  let shown = false
  return {
    async show(offset, counts) {
      if (now() - shownAt < (terminal ? barMs : lineMs)) return
      shownAt = now()
      shown = true
      const share = size === null || size === 0 ? null : Math.min(offset / size, 1)
      await write(
        terminal ? `\r${barOf(share)}${told(counts)} \u001b[K` : `${percentOf(share)}${told(counts)}\n`,
      )
    },
    async end() {
      if (terminal && shown) await write('\r\u001b[K')
    },
  }
}

function barOf(share: number | null): string {
  if (share === null) return ''
  const full = Math.round(share * barWidth)
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${percentOf(share)}`
}

function percentOf(share: number | null): string {
  return share === null ? '' : `${Math.floor(share * 100)} %  `
}

function told({ read, rejected }: Counts): string {
  return `${read.toLocaleString('en')} read${rejected > 0 ? `, ${rejected.toLocaleString('en')} rejected` : ''}`
}
