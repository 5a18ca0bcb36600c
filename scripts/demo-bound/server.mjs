// One of the processes: an app with a guarded page on the built library, its clock and its way to the store in the parent's hand.
// Each answer of the page says when it was decided: the clock reading on which the decision rests, in machine time.

import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer } from 'node:http'
import { AuthError } from 'sessera'
import { forNode } from 'sessera/node'
import { sqlite } from 'sessera/sqlite'
// Not exported: no app has any business with another clock than its machine's.
import { createAuthWith } from '../../packages/sessera/dist/create-auth-with.js'
import { createSystemRandom, systemClock } from '../../packages/sessera/dist/ports/system.js'
import { noPasswords } from '../no-passwords.mjs'
import { createBentClock } from './bent-clock.mjs'
import { deaf } from './deaf.mjs'
import { createRoad } from './road.mjs'

/**
 * @typedef {object} Settings
 * @property {string} file
 * @property {string} secret
 * @property {boolean} sabotaged
 *
 * @typedef {{ bend: import('./bent-clock.mjs').Bend } | { road: 'cut' | 'open' }} Order
 * @typedef {{ port: number } | { done: true } | { theft: true } | { said: string }} Told
 */

/** @type {AsyncLocalStorage<import('./bent-clock.mjs').Reading>} */
const readings = new AsyncLocalStorage()
const { clock, bend } = createBentClock(() => readings.getStore())
const road = createRoad()

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the parent has a verdict to print before it ends everybody.
process.on('SIGINT', () => undefined)
process.once('message', (/** @type {Settings} */ settings) => {
  process.on('message', (/** @type {Order} */ order) => {
    if ('bend' in order) bend(order.bend)
    else road[order.road]()
    tell({ done: true })
  })
  void serve(settings)
})

/** @param {Settings} settings */
async function serve({ file, secret, sabotaged }) {
  const source = sqlite(file)
  const auth = createAuthWith(
    {
      origin: 'http://localhost:3000',
      secrets: [secret],
      store: {
        // The store's time is the machine's, whoever asks: what is bent is the clock of a process.
        async open(means) {
          const store = await source.open({ ...means, clock: systemClock })
          return road.to(sabotaged ? deaf(store) : store)
        },
      },
    },
    {
      clock,
      random: createSystemRandom(),
      passwords: noPasswords,
      log: { info: () => undefined, warn: (said) => tell({ said }), error: (said) => tell({ said }) },
    },
  )
  auth.on('sessionEnded', ({ cause }) => {
    if (cause === 'theft') tell({ theft: true })
  })
  const { handle, guard } = forNode(auth)
  const enter = { '/': guard(), '/store': guard({ check: 'store' }) }

  /** @type {Record<string, (query: Record<string, string>) => Promise<unknown>>} */
  const actions = {
    '/people': async ({ name = '' }) => auth.users.create({ username: name, roles: ['v0'] }),
    '/start': async ({ user = '', mode }) => {
      const started = { userId: user, mode: /** @type {import('sessera').Mode} */ (mode), factors: ['pwd'] }
      return auth.sessions.start(started)
    },
    '/end-all': async ({ user = '', except }) =>
      auth.sessions.endAll(user, except === undefined ? {} : { except }),
    '/disable': async ({ user = '' }) => auth.users.disable(user),
    '/enable': async ({ user = '' }) => auth.users.enable(user),
    '/roles': async ({ user = '', role = '' }) => auth.users.setRoles(user, [role]),
  }

  /** @type {import('node:http').RequestListener} */
  async function answer(req, res) {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
    if (pathname === '/' || pathname === '/store') {
      const principal = await enter[pathname](req, res)
      if (principal === null) return
      const { wall, monotonic } = /** @type {import('./bent-clock.mjs').Reading} */ (readings.getStore())
      res.setHeader('X-Decided-At', Math.min(wall, monotonic))
      res.end(principal.roles[0])
    } else if (actions[pathname] !== undefined) {
      try {
        const done = await actions[pathname](Object.fromEntries(searchParams))
        res.end(JSON.stringify(done ?? null))
      } catch (error) {
        res.writeHead(error instanceof AuthError ? error.status : 500).end()
      }
    } else if (!(await handle(req, res))) {
      res.writeHead(404).end()
    }
  }

  await untilReady(auth)
  const server = createServer({ keepAliveTimeout: 0 }, (req, res) => {
    readings.run({ wall: Number.POSITIVE_INFINITY, monotonic: Number.POSITIVE_INFINITY }, () => {
      void answer(req, res)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (typeof address === 'object' && address !== null) tell({ port: address.port })
  })
}

/** Another process may be stopped in the middle of a write. Each call is another attempt. */
async function untilReady(/** @type {{ ready(): Promise<void> }} */ auth) {
  for (;;) {
    try {
      return await auth.ready()
    } catch (error) {
      tell({ said: `The store did not open: ${error}` })
    }
  }
}

/** @param {Told} told */
function tell(told) {
  if (process.connected) process.send?.(told)
}
