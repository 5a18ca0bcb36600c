// Set-Cookie values as the cookies of a browser: the shape that Playwright's `context.addCookies` takes.

/** A cookie, ready for `context.addCookies`. It lives as long as the browser context. */
export interface BrowserCookie {
  readonly name: string
  readonly value: string
  /** Begins with a dot when the hosts below have it too. */
  readonly domain: string
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: 'Lax'
}

/** What a browser keeps of these answers of `host`: those that clear a cookie leave nothing. */
export function toBrowserCookies(setCookies: readonly string[], host: string): readonly BrowserCookie[] {
  return setCookies
    .map((text) => text.split('; '))
    .filter((parts) => !parts.includes('Max-Age=0'))
    .map(([pair = '', ...attributes]) => {
      const at = pair.indexOf('=')
      const domain = attributeOf(attributes, 'Domain')
      return {
        name: pair.slice(0, at),
        value: pair.slice(at + 1),
        domain: domain === null ? host : `.${domain}`,
        path: attributeOf(attributes, 'Path') ?? '/',
        secure: attributes.includes('Secure'),
        httpOnly: attributes.includes('HttpOnly'),
        sameSite: 'Lax',
      }
    })
}

function attributeOf(attributes: readonly string[], name: string): string | null {
  return attributes.find((attribute) => attribute.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
}
