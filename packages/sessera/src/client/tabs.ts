// What the tabs of one browser tell each other, on a channel that only pages of the same origin hear.
// Invariant: the access token is handed on in memory; it is never written to anything that stays.

import type { TokenNews } from './access-token.js'
import type { Host } from './host.js'
import type { SignedIn } from './types.js'

export interface News {
  /** The session that has ended. Empty: whichever it was. */
  readonly ended?: string | undefined
  /** The next access token, of the same session or of a new one. */
  readonly token?: TokenNews
  /** Who has signed in, where cookies hold the session. */
  readonly signedIn?: SignedIn
}

export interface Tabs {
  tell(news: News): void
  /** How often others have told something so far. */
  readonly heard: number
  /** Resolves when others tell something, or after a while. For one at a time. */
  next(ms: number): Promise<void>
  close(): void
}

export function openTabs(host: Host, name: string, hear: (news: News) => void): Tabs {
  let heard = 0
  let wake = (): void => {}
  let channel = host.openChannel(name, (message) => {
    heard++
    try {
      hear(message ?? {})
    } catch {
      // A page of another version says it in another way.
    }
    wake()
  })
  return {
    tell: (news) => channel?.postMessage(news),
    get heard() {
      return heard
    },
    async next(ms) {
      if (channel === null) return
      await new Promise<void>((resolve) => {
        wake = resolve
        void host.pause(ms).then(resolve)
      })
    },
    close() {
      channel?.close()
      // One that is closed throws at whoever goes on telling.
      channel = null
    },
  }
}
