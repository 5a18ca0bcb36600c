import type { Events } from '../ports/events.js'
import type { Log } from '../ports/log.js'

type Listener<E extends keyof Events> = (event: Events[E]) => unknown

export interface EventHub {
  /** @param requestId in the course of which request, if it is one. */
  emit<E extends keyof Events>(name: E, event: Events[E], requestId?: string | null): void
  /** Returns the function that stops listening. */
  on<E extends keyof Events>(name: E, listener: Listener<E>): () => void
}

/** A listener that throws or rejects is logged; it never changes the outcome of what it listens to. */
export function createEventHub(log: Log): EventHub {
  const listeners: { readonly [E in keyof Events]: Set<Listener<E>> } = {
    userCreated: new Set(),
    signedIn: new Set(),
    signInFailed: new Set(),
    sessionEnded: new Set(),
    userChanged: new Set(),
    audited: new Set(),
  }

  async function tell<E extends keyof Events>(
    name: E,
    listener: Listener<E>,
    event: Events[E],
    requestId: string | null,
  ): Promise<void> {
    try {
      await listener(event)
    } catch (error) {
      log.error('A listener threw.', { ...(requestId !== null && { requestId }), event: name, error })
    }
  }

  return {
    emit(name, event, requestId = null) {
      for (const listener of listeners[name]) void tell(name, listener, event, requestId)
    },
    on(name, listener) {
      listeners[name].add(listener)
      return () => {
        listeners[name].delete(listener)
      }
    },
  }
}
