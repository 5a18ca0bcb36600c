// The client put together from its parts, on whichever host.

import { createApi } from './api.js'
import { holdCookies } from './cookies.js'
import type { Holder } from './holder.js'
import type { Host } from './host.js'
import { createReach, parseOrigin } from './request.js'
import { createSession } from './session.js'
import { holdTokens } from './tokens.js'
import type { Client, ClientOptions, RefreshTokenStorage, SignedIn } from './types.js'

export function createClientOn(host: Host, options: ClientOptions): Client {
  const { mode, basePath = '/auth', sendTokenTo = [], storage } = options
  const origin = originOf(host, options)
  if (!/^(\/[\w.~-]+)+$/.test(basePath)) {
    throw new TypeError(`basePath is "${basePath}". Write it as on the server: "/auth".`)
  }
  const base = `${origin ?? ''}${basePath}`
  const fetch = origin === null ? goNowhere : (options.fetch ?? ((...asked) => globalThis.fetch(...asked)))
  const own = storage ?? (host.page === null ? inMemory() : null)
  const refresh = mode === 'token' ? (own === null ? 'cookie' : 'body') : undefined

  const session = createSession(() => holder.find(), host)
  const parts = {
    host,
    api: createApi(base, fetch, host.limits.requestMs),
    // A page's own addresses are relative to the page.
    reach: createReach(
      options.origin ?? host.page,
      host.page,
      new Set([origin, ...sendTokenTo.map(parseOrigin)]),
    ),
    fetch,
    session,
    name: `sessera ${base}`,
  }
  const holder: Holder = mode === 'token' ? holdTokens(parts, own) : holdCookies(parts)

  // Coming and going are taken in turn: the last one asked for stands.
  let turn: Promise<unknown> = Promise.resolve()
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const acted = turn.then(act, act)
    turn = acted
    return acted
  }
  const enter = (path: string, who: object): Promise<SignedIn> =>
    inTurn(() => holder.enter(path, { ...who, mode, refresh }))

  return {
    session,
    signIn: ({ username, password, remember }) => enter('login', { username, password, remember }),
    signUp: ({ username, password, email }) => enter('register', { username, password, email }),
    reauthenticate: (password) => inTurn(() => holder.enter('reauthenticate', { password }, true)),
    signOut: () => inTurn(holder.leave),
    fetch: holder.fetch,
    close() {
      session.close()
      holder.close()
    },
  }
}

/** Null where a page is made ready on a server: nothing is asked there. */
function originOf({ page }: Host, { mode, origin }: ClientOptions): string | null {
  if (!['session', 'token', 'hybrid'].includes(mode)) {
    throw new TypeError(`A client's mode is "session", "token" or "hybrid", not "${mode}".`)
  }
  if (origin !== undefined) return parseOrigin(origin)
  return page === null ? null : new URL(page).origin
}

async function goNowhere(): Promise<never> {
  throw new TypeError('Name the origin of the API: createClient({ origin: "https://api.example", … }).')
}

/** For as long as the process runs. */
function inMemory(): RefreshTokenStorage {
  let token: string | null = null
  return {
    load: () => token,
    save(next) {
      token = next
    },
  }
}
