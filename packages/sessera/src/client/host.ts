// What the client takes from where it runs: clocks, chance, and what the tabs of one browser share. Nothing else touches them.
// Invariant: nothing of a browser is needed; what is missing there, or refused to a sandboxed frame, is null.

/** What is used of the Web Locks API. */
export interface Locks {
  request<T>(
    name: string,
    how: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    work: (lock: object | null) => Promise<T>,
  ): Promise<T>
}

/** What is used of localStorage. Everybody who can run a script here reads it: no credential ever goes there. */
export interface SharedNotes {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface Channel {
  postMessage(message: unknown): void
  close(): void
}

export interface Limits {
  /** How long one tab waits for another. After that it goes on alone, which costs a request and harms nothing. */
  readonly waitMs: number
  /** How long a request to the API may take, and so a lock be held. */
  readonly requestMs: number
  /** How long to wait for the news of whoever held the lock before. */
  readonly newsMs: number
}

export interface Host {
  /** Epoch ms. Goes on while the machine sleeps, and is corrected now and then. */
  now(): number
  /** Ms since any moment. Never runs backwards, and may stop while the machine sleeps. */
  monotonic(): number
  /** From 0 to 1. */
  random(): number
  readonly limits: Limits
  /** The address of the page or worker. Null outside of browsers. */
  readonly page: string | null
  readonly locks: Locks | null
  readonly notes: SharedNotes | null
  openChannel(name: string, hear: (message: unknown) => void): Channel | null
  /** Calls back whenever the network may be there again, until told to stop. */
  onOnline(listener: () => void): () => void
}

interface Global {
  readonly location?: { readonly href: string }
  readonly navigator?: { readonly locks?: Locks }
  readonly localStorage?: SharedNotes
  readonly BroadcastChannel?: new (name: string) => Channel & { onmessage: ((event: never) => void) | null }
  addEventListener?(type: string, listener: () => void): void
  removeEventListener?(type: string, listener: () => void): void
}

const global: Global = globalThis
const limits: Limits = { waitMs: 5000, requestMs: 15_000, newsMs: 2000 }

/** Node has channels, and newer ones locks: they are of one process, would keep it alive, and are left alone. */
export function findHost(): Host {
  const page = global.location?.href ?? null
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    limits,
    page,
    locks: page === null ? null : (global.navigator?.locks ?? null),
    notes: page === null ? null : allowed(() => global.localStorage),
    openChannel(name, hear) {
      const { BroadcastChannel } = global
      if (page === null || BroadcastChannel === undefined) return null
      return allowed(() => {
        const channel = new BroadcastChannel(name)
        channel.onmessage = ({ data }: { readonly data: unknown }) => hear(data)
        return channel
      })
    },
    onOnline(listener) {
      global.addEventListener?.('online', listener)
      return () => global.removeEventListener?.('online', listener)
    },
  }
}

/** Where cookies and storage are blocked, asking throws: for localStorage anywhere, for a channel in Firefox. */
function allowed<T>(ask: () => T | undefined): T | null {
  try {
    return ask() ?? null
  } catch {
    return null
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
