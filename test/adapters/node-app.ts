// The app that the guide to node:http shows.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Auth } from 'sessera'
import { forNode } from 'sessera/node'

export function createApp(auth: Auth, log: (error: unknown) => void): Server {
  const { routes, guard, refusals } = forNode(auth)
  const enter = guard({ roles: ['teller'] })

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (await routes(req, res)) return
    if (req.url !== '/dashboard') {
      res.writeHead(404).end()
      return
    }
    const me = await enter(req, res)
    if (me !== null) res.end(`Welcome, ${me.username}`)
  }

  return createServer((req, res) => {
    answer(req, res).catch((error: unknown) => {
      if (refusals(error, req, res)) return
      log(error)
      if (res.headersSent) res.destroy()
      else res.writeHead(500).end()
    })
  })
}
