// A real store behind a door where a test listens, waits, lies or fails.

import type { Answer, Store, StoreSource } from '../../packages/sessera/src/ports/store.js'

/** One call on its way: `name` such as `sessions.find`; `proceed` makes it, as often as it is called. */
export interface PassingCall {
  readonly name: string
  readonly args: readonly unknown[]
  proceed(): Promise<Answer<unknown>>
}

export type Meddler = (call: PassingCall) => Promise<unknown>

export interface MeddledStore {
  readonly source: StoreSource
  /** Names of the calls made since the last `forget`. */
  readonly calls: readonly string[]
  forget(): void
  /** From now on every call goes through this; null: straight on. */
  meddle(meddler: Meddler | null): void
  /** The store itself, for looking behind the kernel's back. */
  opened(): Store
  /** Opens again with `open`, as a database server that is back: the next to ask gets the outcome. */
  failToOpen(error: Error | null): void
}

export function createMeddledStore(inner: StoreSource): MeddledStore {
  const calls: string[] = []
  let meddler: Meddler | null = null
  let opened: Store | null = null
  let fault: Error | null = null

  function door<T extends object>(part: string, port: T): T {
    return new Proxy(port, {
      get(target, member) {
        const method: unknown = Reflect.get(target, member, target)
        if (typeof method !== 'function') return method
        return async (...args: readonly unknown[]): Promise<unknown> => {
          const name = `${part}.${String(member)}`
          calls.push(name)
          const proceed = (): Promise<Answer<unknown>> => Reflect.apply(method, target, args)
          return meddler === null ? proceed() : meddler({ name, args, proceed })
        }
      },
    })
  }

  return {
    source: {
      async open(using) {
        if (fault !== null) throw fault
        const store = await inner.open(using)
        opened = store
        return {
          subjects: door('subjects', store.subjects),
          users: door('users', store.users),
          sessions: door('sessions', store.sessions),
          keys: door('keys', store.keys),
          limits: door('limits', store.limits),
          audit: door('audit', store.audit),
          deployment: door('deployment', store.deployment),
          feed: door('feed', store.feed),
          close: () => store.close(),
        }
      },
    },
    calls,
    forget: () => void calls.splice(0),
    meddle(next) {
      meddler = next
    },
    opened() {
      if (opened === null) throw new Error('The store is not open yet.')
      return opened
    },
    failToOpen(error) {
      fault = error
    },
  }
}

/** Holds back the first call of that name until released. */
export function createGate(name: string): {
  readonly meddler: Meddler
  /** Resolves when a call stands before the gate. */
  readonly reached: Promise<void>
  open(): void
} {
  let arrive = (): void => undefined
  let open = (): void => undefined
  const reached = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let used = false
  return {
    reached,
    open: () => open(),
    async meddler(call) {
      if (call.name !== name || used) return call.proceed()
      used = true
      arrive()
      await opened
      return call.proceed()
    },
  }
}
