// What Next.js knows of the request that is being answered, by `next/headers`: typed by hand and loaded when first needed,
// so that nothing of Next is there to build or import this. Cookies that were set count for what is read afterwards.

/** What we use of `next/headers`. */
interface NextHeaders {
  headers(): Promise<Headers>
  cookies(): Promise<{ set(name: string, value: string, attributes: Attributes): unknown }>
}

interface Attributes {
  readonly path?: string
  readonly domain?: string
  readonly maxAge?: number
  readonly sameSite?: string
  readonly httpOnly?: boolean
  readonly secure?: boolean
}

export interface CurrentRequest {
  readonly headers: Headers
  /** The Cookie header, as the next request of this browser would send it. */
  cookie(): string | null
  /** Whether any has been set in its course, by whatever came to the same request. */
  hasSetCookies(): boolean
  /** @throws what Next throws where none can be set: while a page is rendered. */
  setCookies(setCookies: readonly string[]): Promise<void>
}

// In a variable: no compiler is to look for it. With its extension: Next has no `exports`.
const nextHeaders = 'next/headers.js'

/** By the headers of the request, which is the one object that Next keeps from an action to the page it renders after it. */
const cookiesSet = new WeakMap<Headers, Map<string, string>>()

/** @throws what Next throws where there is no request: while it prerenders, which makes the page one for each request. */
export async function currentRequest(): Promise<CurrentRequest> {
  const next: NextHeaders = await import(nextHeaders)
  const headers = await next.headers()
  return {
    headers,
    cookie() {
      const set = cookiesSet.get(headers)
      if (set === undefined) return headers.get('cookie')
      return [...set].map(([name, value]) => `${name}=${value}`).join('; ')
    },
    hasSetCookies: () => cookiesSet.has(headers),
    async setCookies(setCookies) {
      const jar = await next.cookies()
      const set = cookiesSet.get(headers) ?? new Map<string, string>()
      for (const setCookie of setCookies) {
        const { name, value, attributes } = parseSetCookie(setCookie)
        jar.set(name, value, attributes)
        set.set(name, value)
      }
      cookiesSet.set(headers, set)
    },
  }
}

/** Of ours: their attributes are separated by `; ` and quoted never. */
function parseSetCookie(setCookie: string): {
  readonly name: string
  readonly value: string
  readonly attributes: Attributes
} {
  const [[name = '', value = ''] = [], ...rest] = setCookie.split('; ').map((part) => part.split('='))
  const said = new Map(rest.map(([attribute = '', setting = '']) => [attribute.toLowerCase(), setting]))
  const [path, domain, maxAge, sameSite] = ['path', 'domain', 'max-age', 'samesite'].map((attribute) =>
    said.get(attribute),
  )
  return {
    name,
    value,
    attributes: {
      ...(path === undefined ? {} : { path }),
      ...(domain === undefined ? {} : { domain }),
      ...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
      ...(sameSite === undefined ? {} : { sameSite: sameSite.toLowerCase() }),
      httpOnly: said.has('httponly'),
      secure: said.has('secure'),
    },
  }
}
