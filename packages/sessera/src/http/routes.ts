// Every route of the API, in the order of the documentation.

import type { Route } from './route.js'
import { discoveryRoutes } from './routes/discovery.js'
import { sessionRoutes } from './routes/sessions.js'
import { signInRoutes } from './routes/sign-in.js'
import { verifyRoutes } from './routes/verify.js'

export const routes: readonly Route[] = [
  ...signInRoutes,
  ...sessionRoutes,
  ...verifyRoutes,
  ...discoveryRoutes,
]

/** What a path leads to: its routes by method, and the path's `{id}`. */
export interface Match {
  readonly byMethod: ReadonlyMap<string, Route>
  readonly id: string
}

/** Matches whole paths only: no decoding, no trailing slash, no case folding, so that no two spellings disagree. */
export function createMatcher(basePath: string): (path: string) => Match | null {
  const exact = new Map<string, Map<string, Route>>()
  for (const route of routes) {
    const path = route.path.replace('{base}', basePath)
    const byMethod = exact.get(path) ?? new Map<string, Route>()
    exact.set(path, byMethod.set(route.method, route))
  }
  const withId = [...exact].filter(([path]) => path.endsWith('/{id}'))
  return (path) => {
    const byMethod = exact.get(path)
    if (byMethod !== undefined) return { byMethod, id: '' }
    const end = path.lastIndexOf('/') + 1
    const id = path.slice(end)
    if (!/^[\w-]{1,128}$/.test(id)) return null
    const pattern = withId.find(([template]) => template === `${path.slice(0, end)}{id}`)
    return pattern === undefined ? null : { byMethod: pattern[1], id }
  }
}
