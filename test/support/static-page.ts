// An empty web page on an origin of its own, for scripts of a test to run in.

import { once } from 'node:events'
import { createServer } from 'node:http'

export interface StaticPage {
  readonly url: string
  close(): Promise<void>
}

/** @throws Error with a sentence when the port is taken: pages are trusted by their exact origin, so no other will do. */
export async function serveStaticPage(port: number): Promise<StaticPage> {
  const url = `http://localhost:${port}`
  const server = createServer((_req, res) => {
    res.setHeader('Content-Type', 'text/html')
    res.end('<!doctype html><link rel="icon" href="data:,"><title>A page of another origin</title>')
  }).listen(port, 'localhost')
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new Error(`This test serves a page from ${url}. Stop what uses port ${port}, then try again.`, {
      cause,
    })
  }
  return {
    url,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
