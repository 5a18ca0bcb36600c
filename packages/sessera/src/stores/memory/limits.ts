import type { LimitStore } from '../../ports/store.js'
import type { Door } from './tables.js'

export function limitsBehind({ tables: { limits }, step }: Door): LimitStore {
  return {
    count: (key, windowMs) =>
      step((now) => {
        const open = limits.get(key)
        const isRunning = open !== undefined && now < open.endsAt
        const counted = Object.freeze(
          isRunning ? { count: open.count + 1, endsAt: open.endsAt } : { count: 1, endsAt: now + windowMs },
        )
        limits.set(key, counted)
        return counted
      }),
    uncount: (key) =>
      step((now) => {
        const open = limits.get(key)
        if (open === undefined || now >= open.endsAt || open.count === 0) return
        limits.set(key, Object.freeze({ count: open.count - 1, endsAt: open.endsAt }))
      }),
    clear: (key) => step(() => void limits.delete(key)),
    removeEnded: (at) =>
      step(() => {
        const ended = [...limits].filter(([, { endsAt }]) => endsAt < at)
        for (const [key] of ended) limits.delete(key)
        return ended.length
      }),
  }
}
