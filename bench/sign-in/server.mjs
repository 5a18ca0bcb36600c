// One node:http server on every core: the API with real password hashing, a guarded page, and the bare hash function to
// compare with. A proxy is believed to be in front, so that the load can come from many addresses.

import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { createAuth } from 'sessera'
import { forNode } from 'sessera/node'
import { hashArgon2, readArgon2 } from '../../packages/sessera/dist/passwords/argon2.js'
import { listen, serve } from '../lib/server.mjs'
import { authOptions, fileIn, headersOf, signInMany, temporaryFolder } from '../lib/world.mjs'

/** @type {{ people: number }} */
const { people } = JSON.parse(process.argv[2] ?? '{}')
const password = 'four words of some length'
const folder = temporaryFolder()
const auth = createAuth({ ...authOptions, store: fileIn(folder), trustedProxies: ['loopback'] })
const passwordHash = await hashArgon2(password, null)
const { matches } = Object(readArgon2(passwordHash))
const names = Array.from({ length: people }, (_, at) => `person-${at}`)
await auth.users.import(names.map((username) => ({ username, passwordHash })))
const [holder] = await signInMany(auth, 'session', 1)
if (holder === undefined) throw new Error('Nobody is signed in.')
const { handle, guard } = forNode(auth)
const enter = guard()

const server = createServer({ keepAliveTimeout: 600_000 }, async (req, res) => {
  if (req.url !== '/') return void (await handle(req, res))
  const who = await enter(req, res)
  if (who !== null) res.end('{"message":"Welcome"}')
})

serve(
  { port: await listen(server), names, password, headers: headersOf(holder) },
  {
    answer: ({ hashForMs }) => hashesPerSecond(Number(hashForMs)),
    async stop() {
      await auth.close()
      folder.remove()
    },
  },
)

/**
 * The hash function and nothing else, as many at once as there are cores.
 *
 * @param {number} ms
 * @returns {Promise<number>}
 */
async function hashesPerSecond(ms) {
  const begun = performance.now()
  let hashes = 0
  const work = async () => {
    while (performance.now() - begun < ms) {
      await matches(password)
      hashes++
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return hashes / ((performance.now() - begun) / 1000)
}
