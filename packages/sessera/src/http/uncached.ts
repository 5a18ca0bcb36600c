// What goes with a cookie of ours, whatever carries it: no cache keeps the response, whatever the application says of
// caching (CVE-2025-48947), and of two cookies of one name the later counts.

export const uncached = 'private, no-store'

/** Headers by which caches of content networks go (RFC 9213), past Cache-Control. In lower case. */
export function overridesCacheControl(name: string): boolean {
  return /cdn-cache-control$|^surrogate-control$|^x-accel-expires$/.test(name)
}

/** @param ours as `cookiesByName` returns them. */
export function mergeSetCookies(
  present: readonly string[],
  ours: ReadonlyMap<string, string>,
): readonly string[] {
  return [...present.filter((value) => !ours.has(cookieNameOf(value))), ...ours.values()]
}

export function cookiesByName(setCookies: readonly string[]): ReadonlyMap<string, string> {
  return new Map(setCookies.map((value) => [cookieNameOf(value), value]))
}

function cookieNameOf(setCookie: string): string {
  return setCookie.slice(0, setCookie.indexOf('=')).trim()
}
