// Who is signed in, for whoever wants to show it. Listeners hear of a change once, and of none where nothing changed.

import type { Current, Session, SignedIn } from './types.js'

export interface SessionState extends Session {
  set(next: SignedIn | null): void
  /** Finds out what is still unknown, if somebody waits for it. A failure is not the last word. */
  wake(): void
}

/** @param find asks, and calls `set` with the answer before it resolves. */
export function createSession(find: () => Promise<unknown>): SessionState {
  const listeners = new Set<() => void>()
  let current: Current

  async function ready(): Promise<SignedIn | null> {
    if (current === undefined) await find()
    return current ?? null
  }

  function wake(): void {
    if (listeners.size > 0) void ready().catch(() => null)
  }

  return {
    get current() {
      return current
    },
    subscribe(listener) {
      // The same function may come twice, and leave once.
      const own = (): void => listener()
      listeners.add(own)
      wake()
      return () => void listeners.delete(own)
    },
    ready,
    wake,
    set(next) {
      if (JSON.stringify(next) === JSON.stringify(current)) return
      current = next
      for (const listener of [...listeners]) inform(listener)
    },
  }
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
