// A store in which a session can begin with a proof that was made a while ago, as if its owner had been busy since.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Session } from '../domain/session.js'
import type { SessionStore, StoreSource } from '../ports/store.js'

export interface BackdatedProofs {
  readonly store: StoreSource
  /** Sessions that `work` creates carry a proof of that long ago. */
  ago<T>(ms: number, work: () => Promise<T>): Promise<T>
}

export function backdateProofs(inner: StoreSource): BackdatedProofs {
  const agoMs = new AsyncLocalStorage<number>()
  return {
    store: {
      async open(means) {
        const opened = await inner.open(means)
        const { subjects, users, keys, limits, audit, deployment, feed } = opened
        const sessions = withCreate(opened.sessions, (session) =>
          opened.sessions.create(provenEarlier(session, agoMs.getStore() ?? 0)),
        )
        const close = (): Promise<void> => opened.close()
        return { subjects, users, sessions, keys, limits, audit, deployment, feed, close }
      },
    },
    ago: (ms, work) => agoMs.run(ms, work),
  }
}

/** In whole seconds, like every proof. */
function provenEarlier(session: Session, ms: number): Session {
  return { ...session, provenAt: session.provenAt - Math.ceil(ms / 1000) * 1000 }
}

/** The same port but for one method. It may be a class: its methods are called on itself, and each is bound once. */
function withCreate(sessions: SessionStore, create: SessionStore['create']): SessionStore {
  const bound = new Map<PropertyKey, unknown>([['create', create]])
  return new Proxy(sessions, {
    get(target, name) {
      if (bound.has(name)) return bound.get(name)
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      const method: unknown = member.bind(target)
      bound.set(name, method)
      return method
    },
  })
}
