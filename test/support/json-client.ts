// The JSON side of fetch: what is sent, and what came back.

export interface Sent {
  readonly method?: string
  readonly json?: unknown
  /** Sent as it is, in place of `json`. */
  readonly text?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Came {
  readonly status: number
  readonly headers: Headers
  /** Null when it was not JSON. */
  readonly json: unknown
  /** `name=value` of every cookie set, cleared ones too. */
  readonly cookies: readonly string[]
}

/** The Cookie header of a browser that has nothing but what these set. */
export function heldBy({ cookies }: Pick<Came, 'cookies'>): { readonly Cookie: string } {
  return { Cookie: cookies.filter((pair) => !pair.endsWith('=')).join('; ') }
}

export async function call(url: string, { method, json, text, headers = {} }: Sent = {}): Promise<Came> {
  const body = json === undefined ? text : JSON.stringify(json)
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(json === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: body ?? null,
  })
  const answer = await response.text()
  const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    json: isJson ? JSON.parse(answer) : null,
    cookies: response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? ''),
  }
}
