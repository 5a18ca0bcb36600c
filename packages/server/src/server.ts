// One process's server: the store, the auth, the pages and HTTP around them. Given the secrets, it makes nothing on disk
// but the database.

import { join } from 'node:path'
import { ConfigurationError, createAuth } from 'sessera'
import { forNode } from 'sessera/node'
import { sqlite } from 'sessera/sqlite'
import { logEvents } from './audit.js'
import type { Config } from './config.js'
import type { Logger } from './logger.js'
import { createFormTokens } from './pages/form-token.js'
import { createPages } from './pages/routes.js'
import { serve } from './serve.js'

export interface Running {
  /** Lets requests in progress end, and keeps what they left behind. */
  close(): Promise<void>
}

export interface ServerOptions {
  readonly config: Config
  readonly secrets: readonly string[]
  readonly log: Logger
}

/** @throws ConfigurationError with a sentence that says what to do, when it is the operator's to mend. */
export async function startServer({ config, secrets, log }: ServerOptions): Promise<Running> {
  const { host, port, origin, dataFolder, registration, trustedProxies } = config
  const store = sqlite(join(dataFolder, 'sessera.db'))
  const auth = createAuth({ origin, store, secrets, registration, trustedProxies, log })
  try {
    await auth.ready()
    logEvents(auth, log)
    const node = forNode(auth)
    const now = (): number => Date.now()
    const formTokens = createFormTokens(secrets)
    const pages = createPages({ auth, node, origin, registration, formTokens, now, log })
    const serving = await serve({ host, port, node, pages, log })
    return {
      async close() {
        await serving.close()
        await auth.close()
      },
    }
  } catch (error) {
    await auth.close()
    throw error
  }
}

/** A refusal's own sentence is for clients; what lies behind it is for the operator. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return `The server could not start: ${reason instanceof Error ? reason.message : String(reason)}`
}
