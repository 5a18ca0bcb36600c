// A time for people and machines: how far away, the clock's reading in UTC, and ISO 8601.

import type { VNode } from 'preact'

const readable = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

/** @param at epoch ms, as is `now`. */
export function Moment({ at, now }: { readonly at: number; readonly now: number }): VNode {
  const time = new Date(at)
  return (
    <>
      {distance(at - now)}
      <time class="fine" dateTime={time.toISOString()}>
        {readable.format(time)} UTC
      </time>
    </>
  )
}

/** `in 23 hours`, `5 minutes ago`, `just now`: the largest unit that fits at least once, rounded. */
export function distance(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const size = Math.abs(seconds)
  if (size < 5) return 'just now'
  if (size < 60) return relative.format(seconds, 'second')
  const minutes = Math.round(seconds / 60)
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  if (Math.abs(hours) < 48) return relative.format(hours, 'hour')
  return relative.format(Math.round(hours / 24), 'day')
}
