// `fetch` for somebody who is signed in. It keeps nothing of what comes back: a test sees one request, not a browser.

export type FetchLike = (request: Request) => Response | Promise<Response>

export interface Target {
  /** What a path is a path of. */
  readonly base: string
  /** Answers what goes to that origin. Left out: the network does. */
  readonly serve?: FetchLike
}

/** The caller's own headers come before `headers`. */
export function fetchAs(
  headers: Readonly<Record<string, string>>,
  { base, serve = fetch }: Target,
): (pathOrUrl: string | URL, init?: RequestInit) => Promise<Response> {
  return async (pathOrUrl, init = {}) => {
    const url = new URL(pathOrUrl, base)
    const sent = new Headers(init.headers)
    for (const [name, value] of Object.entries(headers)) if (!sent.has(name)) sent.set(name, value)
    const request = new Request(url, { ...init, headers: sent })
    return await (url.origin === new URL(base).origin ? serve(request) : fetch(request))
  }
}
