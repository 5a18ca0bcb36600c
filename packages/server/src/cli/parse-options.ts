// Values of options that several commands take.

import { InvalidArgumentError } from 'commander'

/** A number of things to show; `all` is infinity. */
export function parseLimit(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a number from 1, or "all".')
  return Number(text)
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A moment, as a function of now: `7d` is seven days ago; else a date such as 2026-11-21 or 2026-11-21T08:00:00Z. */
export function parseMoment(text: string): (now: number) => number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return (now) => now - Number(count) * units[unit as keyof typeof units]
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError(
      'Write a date such as 2026-11-21 or 2026-11-21T08:00:00Z (UTC), or how long ago, such as 12h or 7d.',
    )
  }
  return () => at
}

export function parseLines(text: string): number {
  const lines = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0
  if (lines < 1 || lines > 1000) throw new InvalidArgumentError('Write a number from 1 to 1000.')
  return lines
}
