// One process's server: the store, the auth, the pages and HTTP around them. Given the secrets, it makes nothing on disk
// but the database.

import { type Auth, ConfigurationError, createAuth } from 'sessera'
import { forNode } from 'sessera/node'
import { type AuditSink, openAuditSink } from './audit.js'
import { authOptionsOf } from './auth-options.js'
import type { Config } from './config.js'
import { tellOfFirstAdministrator } from './first-administrator.js'
import type { Logger } from './logger.js'
import type { Meters } from './metrics/meters.js'
import type { Report } from './metrics/report.js'
import { createFormTokens } from './pages/form-token.js'
import { createPages, type Pages } from './pages/routes.js'
import { serve } from './serve.js'

export interface Running {
  /** What has been measured; nothing unless `SESSERA_METRICS` asks for it. */
  reports(): Promise<readonly Report[]>
  /** After `SESSERA_AUDIT_LOG` was moved away. */
  reopenAuditLog(): void
  /** Lets requests in progress end, and keeps what they left behind. */
  close(): Promise<void>
}

export interface ServerOptions {
  readonly config: Config
  readonly secrets: readonly string[]
  readonly log: Logger
  /** Whether this process says how to create the first administrator: one of several does. Default true. */
  readonly tellsOfSetup?: boolean
}

/** @throws ConfigurationError with a sentence that says what to do, when it is the operator's to mend. */
export async function startServer({
  config,
  secrets,
  log,
  tellsOfSetup = true,
}: ServerOptions): Promise<Running> {
  const { host, port, origin, registration } = config
  const auth = createAuth(authOptionsOf(config, { secrets, log }))
  let sink: AuditSink | null = null
  async function end(): Promise<void> {
    await auth.close()
    sink?.close()
  }
  try {
    sink = openAuditSink(auth, config.auditLog, log)
    await auth.ready()
    const node = forNode(auth)
    const now = (): number => Date.now()
    const formTokens = createFormTokens(secrets)
    const pages = createPages({ auth, node, origin, registration, formTokens, now, log })
    const meters = config.metrics === null ? null : await measure(auth, pages, origin)
    const serving = await serve({ host, port, origin, node, pages, log, meters })
    const terminal = process.stdout.isTTY ? process.stdout : null
    if (tellsOfSetup) await tellOfFirstAdministrator({ auth, config, log, terminal })
    return {
      reports: async () => (meters === null ? [] : [await meters.report()]),
      reopenAuditLog: () => sink?.reopen(),
      async close() {
        await serving.close()
        await end()
      },
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** The names of the routes are those under which the API describes itself. Loaded by those only who measure. */
async function measure(auth: Auth, pages: Pages, origin: string): Promise<Meters> {
  const { createMeters } = await import('./metrics/meters.js')
  const description = await auth.fetch(new Request(`${origin}/auth/openapi.json`))
  const { paths = {} } = (await description.json()) as { readonly paths?: object }
  return createMeters({ auth, routes: ['/healthz', '/readyz', ...Object.keys(paths), ...pages.paths] })
}

/** A refusal's own sentence is for clients; what lies behind it is for the operator. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return `The server could not start: ${reason instanceof Error ? reason.message : String(reason)}`
}
