// A browser without a window: its tabs share cookies, locks, notes and channels, and any of it can be taken away.

import { setTimeout as pause } from 'node:timers/promises'
import { createClientOn } from '../../packages/sessera/src/client/client.js'
import type { Host, Locks, SharedNotes } from '../../packages/sessera/src/client/host.js'
import type { Client, ClientOptions, Fetch } from '../../packages/sessera/src/client/types.js'
import type { FakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import type { AppServer } from './api.js'

export interface BrowserOptions {
  readonly locks?: Locks | null
  readonly notes?: SharedNotes | null
  readonly channels?: false
  /** Default: the server's. */
  readonly clock?: FakeClock
  /** Each message arrives when this resolves. */
  readonly delivered?: () => Promise<unknown>
  /** How long one tab waits for another. */
  readonly waitMs?: number
  readonly newsMs?: number
  /** In place of pauses of a second or more, but for those that end what has hung. */
  readonly rest?: (ms: number) => Promise<void>
}

export interface Tab {
  readonly client: Client
  /** Says that the network is back, or that the page is shown again after it was put aside. */
  comeBack(from: 'no network' | 'aside'): void
}

export interface FakeBrowser {
  /** False: nothing gets out. */
  isOnline: boolean
  readonly notes: Map<string, string>
  openTab(options?: Partial<ClientOptions>): Tab
  /** Tells all tabs what another page of their origin might. */
  tell(message: unknown): void
  /** Resolves when everybody has heard what was told so far. */
  heard(): Promise<unknown>
}

/** No test gets there: what waits for so long has hung. */
const endless = 600_000

export function createBrowser(app: AppServer, options: BrowserOptions = {}): FakeBrowser {
  const {
    channels,
    clock = app.world.clock,
    delivered = () => Promise.resolve(),
    waitMs = endless,
    newsMs = endless,
    rest = pause,
  } = options
  const cookies = new Map<string, string>()
  const notes = new Map<string, string>()
  const locks = options.locks === undefined ? createLocks() : options.locks
  const told: Promise<unknown>[] = []
  const hub = new Set<{ readonly name: string; hear(message: unknown): void }>()

  const fetch: Fetch = async (input, init) => {
    if (!browser.isOnline) throw new TypeError('fetch failed')
    const request = new Request(input, init)
    const sent = new Headers(request.headers)
    if (new URL(request.url).origin === app.origin) {
      sent.set('Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    }
    const response = await globalThis.fetch(request, { headers: sent })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }

  const browser: FakeBrowser = {
    isOnline: true,
    notes,
    tell(message) {
      for (const { hear } of hub) hear(message)
    },
    heard: () => Promise.all(told),
    openTab(of = {}) {
      const listeners = new Set<(wasAside: boolean) => void>()
      const host: Host = {
        ...handsOf(clock),
        random: Math.random,
        limits: { waitMs, newsMs, requestMs: 10_000 },
        page: `${app.origin}/index.html`,
        locks,
        notes: options.notes === undefined ? notesIn(notes) : options.notes,
        openChannel(name, hear) {
          if (channels === false) return null
          const own = { name, hear }
          hub.add(own)
          return {
            postMessage(message) {
              if (!hub.has(own)) throw new DOMException('The channel is closed.', 'InvalidStateError')
              const copy: unknown = structuredClone(message)
              const others = [...hub].filter((other) => other !== own && other.name === name)
              const arrived = delivered().then(() => {
                for (const other of others) if (hub.has(other)) other.hear(copy)
              })
              told.push(arrived)
            },
            close: () => void hub.delete(own),
          }
        },
        pause: (ms) => (ms >= 1000 && ms < endless ? rest(ms) : pause(ms)),
        onReturn(listener) {
          listeners.add(listener)
          return () => void listeners.delete(listener)
        },
      }
      return {
        client: createClientOn(host, { mode: 'token', fetch, ...of }),
        comeBack(from) {
          for (const listener of listeners) listener(from === 'aside')
        },
      }
    },
  }
  return browser
}

/** A program outside of browsers, on the clock of the server. */
export function nodeHost(clock: FakeClock): Host {
  return {
    ...handsOf(clock),
    random: Math.random,
    limits: { waitMs: 10_000, newsMs: 10_000, requestMs: 10_000 },
    page: null,
    locks: null,
    notes: null,
    openChannel: () => null,
    pause,
    onReturn: () => () => undefined,
  }
}

function handsOf(clock: FakeClock): Pick<Host, 'now' | 'monotonic'> {
  return { now: () => clock.now(), monotonic: () => clock.monotonic() }
}

/** As many lines as the standard has pages: one holder for a name, the others in their order. */
export function createLocks(): Locks {
  const last = new Map<string, Promise<unknown>>()
  const waiting = new Map<string, number>()
  return {
    async request(name, { ifAvailable = false, signal }, work) {
      const ahead = waiting.get(name) ?? 0
      if (ifAvailable && ahead > 0) return await work(null)
      waiting.set(name, ahead + 1)
      const before = last.get(name) ?? Promise.resolve()
      const turn = new Promise<void>((resolve, reject) => {
        void before.then(() => resolve())
        signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')))
      })
      const done = turn.then(() => work({}))
      const free = Promise.all([before, done.catch(() => null)]).then(() => {
        waiting.set(name, (waiting.get(name) ?? 1) - 1)
      })
      last.set(name, free)
      return await done
    },
  }
}

function notesIn(map: Map<string, string>): SharedNotes {
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  }
}
