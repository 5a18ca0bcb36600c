// An app of an example whose users are in a table of its own, on a port of this machine, until the test ends.

import type { RequestListener } from 'node:http'
import { type Auth, createAuth, type UserSource } from 'sessera'
import { memory } from 'sessera/memory'
import { onTestFinished } from 'vitest'
import { startServer } from '../http/raw-server.js'
import { type Came, call, type Sent } from '../support/json-client.js'
import { silentLog } from '../support/silent-log.js'

export interface AppWithUsers<C> {
  readonly auth: Auth<C>
  ask(path: string, sent?: Sent): Promise<Came>
}

export async function serveAppWith<C extends object>(
  users: UserSource<C>,
  createApp: (auth: Auth<C>) => RequestListener,
): Promise<AppWithUsers<C>> {
  const auth = createAuth<C>({ origin: 'http://localhost:3000', store: memory(), log: silentLog, users })
  onTestFinished(() => auth.close())
  const { port, close } = await startServer(createApp(auth))
  onTestFinished(close)
  return { auth, ask: (path, sent) => call(`http://127.0.0.1:${port}${path}`, sent) }
}
