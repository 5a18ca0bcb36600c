// `sessera/client`: signing in, staying signed in and calling the API, from a browser or from Node.

import { createClientOn } from './client.js'
import { findHost } from './host.js'
import type { Client, ClientOptions } from './types.js'

/**
 * One for each API, made once.
 *
 * @example
 * const client = createClient({ mode: 'token', origin: 'https://api.example' })
 * await client.signIn({ username, password })
 * const accounts = await client.fetch('/accounts')
 */
export function createClient(options: ClientOptions): Client {
  return createClientOn(findHost(), options)
}

export { ClientError } from './client-error.js'
export type {
  Client,
  ClientOptions,
  Current,
  Fetch,
  RefreshTokenStorage,
  Session,
  SignedIn,
} from './types.js'
