import { judgeGuess, withoutLatest } from '../../domain/guesses.js'
import type { LimitStore } from '../../ports/store.js'
import type { Door } from './tables.js'

export function limitsBehind({ tables: { limits, guesses }, step }: Door): LimitStore {
  return {
    guess: (key, backOff) =>
      step((now) => {
        const { guess, keep } = judgeGuess(guesses.get(key) ?? null, backOff, now)
        if (keep !== null) guesses.set(key, keep)
        return guess
      }),
    unguess: (key) =>
      step((now) => {
        const known = guesses.get(key)
        const keep = known === undefined ? null : withoutLatest(known, now)
        if (keep === null) guesses.delete(key)
        else guesses.set(key, keep)
      }),
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
    clear: (key) =>
      step(() => {
        limits.delete(key)
        guesses.delete(key)
      }),
    removeEnded: (at) =>
      step(() => {
        const ended = [...limits].filter(([, { endsAt }]) => endsAt < at)
        const forgotten = [...guesses].filter(([, { forgetAt }]) => forgetAt < at)
        for (const [key] of ended) limits.delete(key)
        for (const [key] of forgotten) guesses.delete(key)
        return ended.length + forgotten.length
      }),
  }
}
