// One node:http server with three routes: a bare page, JSON in and out, and the API of Sessera.

import { createServer } from 'node:http'
import { forNode } from 'sessera/node'
import { listen, serve } from '../lib/server.mjs'
import { authOptions, fileIn, openAuth, signInMany, temporaryFolder } from '../lib/world.mjs'

/** @type {{ algorithm: 'EdDSA' | 'HS256' }} */
const { algorithm } = JSON.parse(process.argv[2] ?? '{}')
const folder = temporaryFolder()
const auth = openAuth({
  store: fileIn(folder),
  sessions: { refreshGrace: 0 },
  tokens: { ...authOptions.tokens, algorithm },
})
const holders = await signInMany(auth, 'token', 1000)
const { handle } = forNode(auth)
// As long as what a refresh answers.
const pair = JSON.stringify({
  access_token: holders[0]?.bearer,
  token_type: 'Bearer',
  expires_in: 900,
  refresh_token: holders[0]?.refreshToken,
})

const server = createServer({ keepAliveTimeout: 600_000 }, async (req, res) => {
  if (req.url === '/') reply(res, '{"message":"Welcome, ada"}')
  else if (req.url === '/echo') {
    let text = ''
    req.setEncoding('utf8')
    req.on('data', (part) => {
      text += part
    })
    req.on('end', () => reply(res, typeof JSON.parse(text).refresh_token === 'string' ? pair : '{}'))
  } else await handle(req, res)
})

serve(
  { port: await listen(server), refreshTokens: holders.map(({ refreshToken }) => refreshToken) },
  {
    async stop() {
      await auth.close()
      folder.remove()
    },
  },
)

/**
 * @param {import('node:http').ServerResponse} res
 * @param {string} body
 */
function reply(res, body) {
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body)
}
