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
  /** Resolves after so many ms, and keeps no program running until then. */
  pause(ms: number): Promise<void>
  /**
   * Calls back when the network may be there again and when the page is shown, until told to stop. `wasAside`: the page was
   * kept by the browser after it was left, has heard nothing meanwhile, and is shown again.
   */
  onReturn(listener: (wasAside: boolean) => void): () => void
}

type Listener = (event: { readonly persisted?: boolean }) => void

interface Global {
  readonly location?: { readonly href: string }
  readonly navigator?: { readonly locks?: Locks }
  readonly localStorage?: SharedNotes
  readonly BroadcastChannel?: new (name: string) => Channel & { onmessage: ((event: never) => void) | null }
  addEventListener?(type: string, listener: Listener): void
  removeEventListener?(type: string, listener: Listener): void
}

const global: Global = globalThis
const limits: Limits = { waitMs: 5000, requestMs: 15_000, newsMs: 2000 }

/** Node has channels, and newer ones locks: they are of one process, would keep it alive, and are left alone. */
export function findHost(): Host {
  const page = global.location?.href ?? null
  /** Where cookies and storage are blocked, asking throws: for localStorage anywhere, for a channel in Firefox. */
  function inPage<T>(ask: () => T | undefined): T | null {
    try {
      return page === null ? null : (ask() ?? null)
    } catch {
      return null
    }
  }
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    limits,
    page,
    locks: inPage(() => global.navigator?.locks),
    notes: inPage(() => global.localStorage),
    openChannel: (name, hear) =>
      inPage(() => {
        const channel = global.BroadcastChannel && new global.BroadcastChannel(name)
        if (channel) channel.onmessage = ({ data }: { readonly data: unknown }) => hear(data)
        return channel
      }),
    pause: (ms) =>
      new Promise((resolve) => {
        // A number in browsers.
        setTimeout(resolve, ms).unref?.()
      }),
    onReturn(listener) {
      const hear: Listener = ({ persisted = false }) => listener(persisted)
      global.addEventListener?.('online', hear)
      global.addEventListener?.('pageshow', hear)
      return () => {
        global.removeEventListener?.('online', hear)
        global.removeEventListener?.('pageshow', hear)
      }
    },
  }
}
