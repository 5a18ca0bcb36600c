// Somebody who calls the API: keeps cookies as a browser does, and tokens as an app does.

import type { Mode } from '../../packages/sessera/src/domain/principal.js'

/** Every member that any answer of ours has. */
export interface Body {
  readonly code?: string
  readonly detail?: string
  readonly id?: string
  readonly username?: string | null
  readonly mode?: Mode | null
  readonly roles?: readonly string[]
  readonly sessionId?: string | null
  readonly provenAt?: number
  readonly user?: { readonly id: string; readonly username: string; readonly roles: readonly string[] }
  readonly session?: {
    readonly id: string
    readonly mode: Mode
    readonly expiresAt: number
    readonly provenAt: number
  }
  readonly sessions?: readonly { readonly id: string; readonly current: boolean; readonly mode: Mode }[]
  readonly ended?: number
  readonly access_token?: string
  readonly refresh_token?: string
  readonly expires_in?: number
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Body
  readonly setCookies: readonly string[]
}

export interface Send {
  readonly json?: unknown
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Held {
  readonly cookies: Readonly<Record<string, string>>
  readonly accessToken: string | null
  readonly refreshToken: string | null
}

type Serve = (request: Request) => Promise<Response>

const nothing: Held = { cookies: {}, accessToken: null, refreshToken: null }

export class Client {
  readonly #origin: string
  readonly #serve: Serve
  held: Held

  constructor(origin: string, serve: Serve, held: Held = nothing) {
    this.#origin = origin
    this.#serve = serve
    this.held = held
  }

  /** Another one who holds the same, as a thief would, or as this one did before something changed. */
  copy(changes: Partial<Held> = {}): Client {
    return new Client(this.#origin, this.#serve, { ...this.held, ...changes })
  }

  /** The value of our cookie of that kind. */
  cookie(kind: 'session' | 'access' | 'refresh'): string | null {
    const name = Object.keys(this.held.cookies).find((key) => key.includes(`sessera-${kind}`))
    return name === undefined ? null : (this.held.cookies[name] ?? null)
  }

  /** The headers that carry what is held. */
  headers(): Record<string, string> {
    const { cookies, accessToken } = this.held
    const cookie = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    return {
      ...(cookie === '' ? {} : { cookie }),
      ...(accessToken === null ? {} : { authorization: `Bearer ${accessToken}` }),
    }
  }

  /** Sends what is held, and keeps what comes back. */
  async send(method: string, path: string, { json, text, headers = {} }: Send = {}): Promise<Reply> {
    const body = json === undefined ? text : JSON.stringify(json)
    const request = new Request(`${this.#origin}${path}`, {
      method,
      headers: {
        ...this.headers(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    return this.#keep(await replyOf(await this.#serve(request)))
  }

  me(): Promise<Reply> {
    return this.send('GET', '/auth/me')
  }

  login(username: string, password: string, how: object = {}): Promise<Reply> {
    return this.send('POST', '/auth/login', { json: { username, password, ...how } })
  }

  refresh(): Promise<Reply> {
    return this.send('POST', '/auth/refresh', { json: this.#refreshToken() })
  }

  exchange(mode: Mode, how: object = {}): Promise<Reply> {
    return this.send('POST', '/auth/exchange', { json: { mode, ...this.#refreshToken(), ...how } })
  }

  reauthenticate(password: string): Promise<Reply> {
    return this.send('POST', '/auth/reauthenticate', { json: { password } })
  }

  logout(): Promise<Reply> {
    return this.send('POST', '/auth/logout', { json: this.#refreshToken() })
  }

  #refreshToken(): object {
    const { refreshToken } = this.held
    return refreshToken === null ? {} : { refresh_token: refreshToken }
  }

  #keep(reply: Reply): Reply {
    const cookies = { ...this.held.cookies }
    for (const setCookie of reply.setCookies) {
      const [pair = ''] = setCookie.split(';', 1)
      const at = pair.indexOf('=')
      const name = pair.slice(0, at)
      if (/; Max-Age=0(?:;|$)/.test(setCookie)) delete cookies[name]
      else cookies[name] = pair.slice(at + 1)
    }
    const { access_token: accessToken, refresh_token: refreshToken, session } = reply.body
    if (accessToken !== undefined) this.held = { cookies, accessToken, refreshToken: refreshToken ?? null }
    else if (session !== undefined) this.held = { cookies, accessToken: null, refreshToken: null }
    else this.held = { ...this.held, cookies }
    return reply
  }
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  const isJson =
    text !== '' && /^application\/(?:problem\+)?json$/.test(response.headers.get('content-type') ?? '')
  const body: Body = isJson ? JSON.parse(text) : {}
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    setCookies: response.headers.getSetCookie(),
  }
}
