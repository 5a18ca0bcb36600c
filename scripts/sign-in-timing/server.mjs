// The server that is measured: the built library as an app runs it, on a SQLite file, with real Argon2.

import { createServer } from 'node:http'
import { createAuth } from 'sessera'
import { forNode } from 'sessera/node'
import { sqlite } from 'sessera/sqlite'

const [file = '', secret = ''] = process.argv.slice(2)
const silent = { info() {}, warn() {}, error() {} }
const auth = createAuth({
  origin: 'http://localhost:3000',
  secrets: [secret],
  store: sqlite(file),
  // Each attempt comes from an address of its own: what is limited is not what is measured.
  trustedProxies: ['loopback'],
  log: silent,
})
const { handle } = forNode(auth)
await auth.ready()
const server = createServer((req, res) => void handle(req, res))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
process.once('disconnect', () => process.exit(0))
