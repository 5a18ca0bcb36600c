// Every route of the API, in the order of the documentation, and which of them answers a path.

import type { Route } from './route.js'
import { administrationRoutes } from './routes/administration.js'
import { discoveryRoutes } from './routes/discovery.js'
import { invitationRoutes } from './routes/invitation.js'
import { sessionRoutes } from './routes/sessions.js'
import { signInRoutes } from './routes/sign-in.js'
import { verifyRoutes } from './routes/verify.js'

/** What an Auth is for, as far as its routes depend on it. What is not needed is not there at all. */
export interface Offer {
  /** Who administers over HTTP. Null: nobody. */
  readonly adminRole: string | null
  /** Whether the users table is ours. */
  readonly ownUsers: boolean
}

export function routesFor(offer: Offer): readonly Route[] {
  return [
    ...signInRoutes,
    ...sessionRoutes,
    ...verifyRoutes,
    ...invitationRoutes(offer),
    ...(offer.adminRole === null ? [] : administrationRoutes(offer.adminRole, offer.ownUsers)),
    ...discoveryRoutes,
  ]
}

/** What a path leads to: its routes by method, and the path's `{id}`. */
export interface Match {
  readonly byMethod: ReadonlyMap<string, Route>
  readonly id: string
}

interface Pattern {
  readonly before: string
  readonly after: string
  readonly byMethod: ReadonlyMap<string, Route>
}

/**
 * Matches whole paths only: no trailing slash, no case folding, no decoding but of an `{id}` that stands there in the one
 * spelling that `encodeURIComponent` gives it, so that no two spellings lead to the same.
 */
export function createMatcher(basePath: string, offer: Offer): (path: string) => Match | null {
  const byPath = new Map<string, Map<string, Route>>()
  for (const route of routesFor(offer)) {
    const path = route.path.replace('{base}', basePath)
    const byMethod = byPath.get(path) ?? new Map<string, Route>()
    byPath.set(path, byMethod.set(route.method, route))
  }
  const exact = new Map([...byPath].filter(([path]) => !path.includes('{id}')))
  const patterns = [...byPath].flatMap(([path, byMethod]): Pattern[] => {
    const [before = '', after] = path.split('{id}')
    return after === undefined ? [] : [{ before, after, byMethod }]
  })
  return (path) => {
    const byMethod = exact.get(path)
    if (byMethod !== undefined) return { byMethod, id: '' }
    for (const pattern of patterns) {
      const id = idIn(path, pattern)
      if (id !== null) return { byMethod: pattern.byMethod, id }
    }
    return null
  }
}

/** One segment. An app's own ids may hold anything but control characters. */
function idIn(path: string, { before, after }: Pattern): string | null {
  if (!path.startsWith(before) || !path.endsWith(after)) return null
  const segment = path.slice(before.length, path.length - after.length)
  if (!/^(?!\.{1,2}$)(?:[\w.~!*'()-]|%[0-9A-F]{2}){1,1536}$/.test(segment)) return null
  const id = decode(segment)
  return id !== null && /^[^\p{Cc}]{1,128}$/u.test(id) && encodeURIComponent(id) === segment ? id : null
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
