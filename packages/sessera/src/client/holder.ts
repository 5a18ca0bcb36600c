// How a client holds its session is one of two ways, with the same face: tokens.ts, and cookies.ts for session and hybrid mode.

import type { Api } from './api.js'
import type { Host } from './host.js'
import type { Reach } from './request.js'
import type { SessionState } from './session.js'
import type { Fetch, SignedIn } from './types.js'

export interface Holder {
  /** Finds out who it is, and lets the session know. */
  find(): Promise<unknown>
  /** Sends what somebody proves themselves with. @param knownAlready whether only who is signed in may send it */
  enter(path: string, json: object, knownAlready?: boolean): Promise<SignedIn>
  leave(): Promise<void>
  fetch: Fetch
  close(): void
}

export interface Parts {
  readonly host: Host
  readonly api: Api
  readonly reach: Reach
  readonly fetch: Fetch
  readonly session: SessionState
  /** Of what the tabs of this API share. */
  readonly name: string
}
