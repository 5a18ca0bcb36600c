// A browser without scripts, as the server sees it: sends forms, keeps cookies, follows nothing by itself.

import { Client, type Reply, type Send } from '../support/client.js'

export const password = 'a few quiet words'

export class Visitor {
  readonly #client: Client

  constructor(origin: string) {
    this.#client = new Client(origin, (request) => fetch(request, { redirect: 'manual' }))
  }

  get(path = '/', headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.#client.send('GET', path, { headers })
  }

  /** To the API. */
  send(method: string, path: string, how: Send = {}): Promise<Reply> {
    return this.#client.send(method, path, how)
  }

  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const text = new URLSearchParams(fields).toString()
    return this.#client.send('POST', path, {
      text,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  }

  register(username: string, mode = 'session'): Promise<Reply> {
    return this.post('/register', { username, password, mode })
  }

  signIn(username: string, mode = 'session'): Promise<Reply> {
    return this.post('/sign-in', { username, password, mode })
  }

  /** What the sign-out form of the first page carries. */
  async formToken(): Promise<string> {
    const { text } = await this.get()
    return /name="token" value="([^"]+)"/.exec(text)?.[1] ?? ''
  }

  async signOut(): Promise<Reply> {
    return await this.post('/sign-out', { token: await this.formToken() })
  }

  cookie(kind: 'session' | 'access' | 'refresh'): string | null {
    return this.#client.cookie(kind)
  }

  /** Loses the cookie, as when its age is over. */
  drop(kind: 'session' | 'access' | 'refresh'): void {
    const cookies = Object.entries(this.#client.held.cookies).filter(
      ([name]) => !name.includes(`sessera-${kind}`),
    )
    this.#client.held = { ...this.#client.held, cookies: Object.fromEntries(cookies) }
  }
}

/** What a page says, without its tags. */
export function wordsOf({ text }: Reply): string {
  return text
    .slice(text.indexOf('<body>'))
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')
}
