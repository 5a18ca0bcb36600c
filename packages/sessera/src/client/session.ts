// Who is signed in, for whoever wants to show it. Listeners hear of a change once, and of none where nothing changed.
// Invariant: what they want to know and is in doubt is asked for until it is known, ever less often.

import { refusalIn } from './client-error.js'
import type { Host } from './host.js'
import type { Current, Session, SignedIn } from './types.js'

export interface SessionState extends Session {
  /** As `current`, but undefined while that is in doubt. */
  known: Current
  /** Raised when what was asked before is not true any more. */
  era: number
  set(next: SignedIn | null): void
  /** Ends the look that goes on, and begins none when the page comes back. */
  close(): void
}

/** @param find asks, and calls `set` with the answer before it resolves, unless the era is another by then. */
export function createSession(
  find: () => Promise<unknown>,
  { onReturn, pause, random }: Pick<Host, 'onReturn' | 'pause' | 'random'>,
): SessionState {
  const listeners = new Set<() => void>()
  let current: Current
  let looks = 0

  async function ready(): Promise<SignedIn | null> {
    while (state.known === undefined) await find()
    return current ?? null
  }

  /** Takes the place of any look before. */
  async function look(): Promise<void> {
    const mine = ++looks
    for (let seconds = 1; mine === looks && state.known === undefined; seconds *= 2) {
      if (listeners.size === 0 && current === undefined) return
      try {
        await ready()
      } catch (error) {
        const wished = refusalIn(error).retryAfterSeconds ?? 0
        // By chance up to doubled: a server that is back is not asked by everybody at once.
        await pause(Math.min(Math.max(seconds, wished), 120) * (1 + random()) * 1000)
      }
    }
  }

  const deaf = onReturn((wasAside) => {
    if (wasAside) {
      state.era++
      state.known = undefined
    }
    void look()
  })

  const state: SessionState = {
    era: 0,
    known: undefined,
    get current() {
      return current
    },
    subscribe(listener) {
      // The same function may come twice, and leave once.
      const own = (): void => listener()
      listeners.add(own)
      if (listeners.size === 1) void look()
      return () => void listeners.delete(own)
    },
    ready,
    set(next) {
      state.known = next
      if (JSON.stringify(next) === JSON.stringify(current)) return
      current = next
      for (const listener of [...listeners]) inform(listener)
    },
    close() {
      looks++
      deaf()
    },
  }
  return state
}

/** What is wrong with a listener is reported as any uncaught error, and stops nothing here. */
function inform(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
