// A world behind a real node:http server, and bytes sent to it as they are.

import { onTestFinished } from 'vitest'
import type { Pages } from '../../packages/server/src/pages/routes.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { bytesOf, type RawRequest, sendRaw } from '../http/raw-request.js'
import { type RawAnswer, startServer } from '../http/raw-server.js'
import type { World } from './auth.js'

export interface WebServer {
  readonly port: number
  /** Sends one request with exactly these header lines, and reads the answer. */
  send(request: RawRequest): Promise<RawAnswer>
}

/** The API, pages if there are any and, on every other path, a guarded page that greets. It closes with the test. */
export async function serve(world: World, pages: Pages | null = null): Promise<WebServer> {
  const { handle, guard } = forNode(world.auth)
  const enter = guard()
  const server = await startServer(async (req, res) => {
    if (await handle(req, res)) return
    const [path = ''] = req.url?.split('?', 1) ?? []
    if (pages?.paths.includes(path)) return pages.answer(req, res, path)
    const me = await enter(req, res)
    if (me !== null) res.end(`Welcome, ${me.username}`)
  })
  onTestFinished(server.close)
  return {
    port: server.port,
    send: (request) => sendRaw(server.port, bytesOf(request, 'app.example')),
  }
}

/** The members of a JSON answer that tests look at. */
export function codeOf(answer: RawAnswer): string | null {
  if (answer.body === '' || !answer.body.startsWith('{')) return null
  const { code = null }: { code?: string | null } = JSON.parse(answer.body)
  return code
}
