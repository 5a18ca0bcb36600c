// What the conformance suite asks of a framework: one small app, the same routes everywhere, spelled its own way.

import type { Auth } from '../../packages/sessera/src/auth.js'

/** The claims of the apps of the suite. */
export interface Claims {
  readonly plan: string
}

export interface Running {
  readonly port: number
  /** What reached the app's own error handler, in order. */
  readonly failures: readonly unknown[]
  close(): Promise<void>
}

export interface Fixture {
  readonly name: string
  /**
   * Starts a real server of the framework on a free loopback port with the routes below. With `onRefused` refusals are
   * answered `{ refused: code }` with the status that is set.
   *
   * - `/auth/*` by `routes`
   * - POST /login `{ username, password, mode?, refresh? }` → `{ tokens }` by signIn; POST /register likewise by signUp
   * - POST /start `{ userId }` → `{ tokens }` by startSession; POST /logout → `{ message: 'bye' }` by signOut
   * - GET /me guard() → `{ username, plan }`, the plan out of the claims
   * - GET /admin guard({ roles: ['admin'] }); GET /fresh guard({ provenWithin: '5m', check: 'store' });
   *   GET /token-only guard({ accept: ['token'] }); each → `{ username }`
   * - POST /transfer guard() → `{ from: username, amount }` of the JSON body, parsed the framework's way
   * - GET /maybe → `{ username }` by findPrincipal, null for nobody; GET /unguarded → `{ username }` by principal alone
   * - GET /boom guard() → throws `Error('boom')`; the app's own error handler answers 500 `{ error: 'the app' }`
   * - GET /stream guard() → `one`, `two`, `three`, written apart
   * - GET /file guard() → `fileBytes` with `ETag: "file"` and `Content-Type: application/octet-stream`
   * - GET /cached guard(), GET /public without → `{ ok: true }` with `Cache-Control: public, max-age=60`
   * - GET /twice guard() twice → `{ username }`
   */
  start(auth: Auth<Claims>, how?: { readonly onRefused?: true }): Promise<Running>
}

const characters = Array.from({ length: 0x800 }, (_, code) => String.fromCharCode(code)).join('')

/** 256 KiB in which every character of one and two bytes is found, line breaks and NUL too. */
export const fileBytes: Buffer = Buffer.from(characters.repeat(66) + characters.slice(0, 0x80).repeat(2))
