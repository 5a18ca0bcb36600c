// One of several processes on a store: a guarded page, a way to end a session, and how often the store was asked.

import { createServer } from 'node:http'
import { forNode } from 'sessera/node'
import { countCalls } from '../lib/counting.mjs'
import { listen, serve } from '../lib/server.mjs'
import { fileIn, modes, openAuth, signInMany } from '../lib/world.mjs'

const settings = JSON.parse(process.argv[2] ?? '{}')
const { source, calls } = countCalls(fileIn(settings))
const auth = openAuth({ store: source })
await auth.ready()
const holders = []
for (const group of [settings.people, settings.victims]) {
  for (const [at, mode] of modes.entries()) {
    const count = Math.floor((group + modes.length - 1 - at) / modes.length)
    holders.push(...(await signInMany(auth, mode, count)))
  }
}

const guard = forNode(auth).guard()
const body = '{"message":"Welcome"}'
const server = createServer({ keepAliveTimeout: 600_000 }, async (req, res) => {
  const [, ended] = /^\/end\/([\w-]+)$/.exec(req.url ?? '') ?? []
  if (ended !== undefined) {
    const done = await auth.sessions.end(ended)
    res.writeHead(done ? 200 : 404, { 'Content-Length': 0 }).end()
  } else if ((await guard(req, res)) !== null) {
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body)
  }
})

serve(
  { port: await listen(server), holders },
  {
    stop: () => auth.close(),
    answer({ forget }) {
      if (forget === true) calls.clear()
      const count = (/** @type {RegExp} */ names) =>
        [...calls].reduce((sum, [name, times]) => sum + (names.test(name) ? times : 0), 0)
      return {
        reads: count(/^(?!feed\.)\w+\.(?:find|list|read|ensure)/),
        feedReads: count(/^feed\.read$/),
        touches: count(/^sessions\.touch$/),
      }
    },
  },
)
