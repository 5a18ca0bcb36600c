// The app of the suite on Hono 4: served by @hono/node-server, and by a server that knows nothing but Fetch.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream } from 'hono/streaming'
import { validator } from 'hono/validator'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { AuthError } from '../../packages/sessera/src/errors.js'
import { forHono, type HonoOptions } from '../../packages/sessera/src/frameworks/hono.js'
import { type Claims, type Fixture, fileBytes } from './fixture.js'
import { listening } from './listening.js'

const inOwnWords: HonoOptions = {
  onRefused: ({ code }, c) => c.json({ refused: code }),
}

const json = validator('json', (body) => body)

function honoApp(
  auth: Auth<Claims>,
  how: { readonly onRefused?: true } = {},
): { readonly app: Hono; readonly failures: readonly unknown[] } {
  const failures: unknown[] = []
  const bound = forHono(auth, how.onRefused === undefined ? {} : inOwnWords)
  const { routes, guard, principal, findPrincipal, signIn, signUp, startSession, signOut, refusals } = bound
  const app = new Hono()
  app.use(routes)

  const username = (c: Context): Response => c.json({ username: principal(c).username })
  const cached = (c: Context): Response =>
    c.json({ ok: true }, 200, { 'Cache-Control': 'public, max-age=60' })

  app.post('/login', json, async (c) => {
    const { username: login, ...rest } = c.req.valid('json')
    return c.json({ tokens: await signIn(c, { ...rest, login }) })
  })
  app.post('/register', json, async (c) => c.json({ tokens: await signUp(c, c.req.valid('json')) }, 201))
  app.post('/start', json, async (c) => c.json({ tokens: await startSession(c, c.req.valid('json')) }))
  app.post('/logout', async (c) => {
    await signOut(c)
    return c.json({ message: 'bye' })
  })
  app.get('/me', guard(), (c) => {
    const { username, claims } = principal(c)
    return c.json({ username, plan: claims.plan })
  })
  app.get('/admin', guard({ roles: ['admin'] }), username)
  app.get('/fresh', guard({ provenWithin: '5m', check: 'store' }), username)
  app.get('/token-only', guard({ accept: ['token'] }), username)
  app.post('/transfer', guard(), json, (c) => {
    const { amount } = c.req.valid('json')
    if (amount === undefined) throw new HTTPException(400)
    return c.json({ from: principal(c).username, amount })
  })
  app.get('/maybe', async (c) => c.json({ username: (await findPrincipal(c))?.username ?? null }))
  app.get('/unguarded', username)
  app.get('/boom', guard(), () => {
    throw new Error('boom')
  })
  app.get('/stream', guard(), (c) =>
    stream(c, async (out) => {
      for (const part of ['one', 'two', 'three']) {
        await out.write(part)
        await turnOfTheLoop()
      }
    }),
  )
  app.get('/file', guard(), () => {
    const headers = { ETag: '"file"', 'Content-Type': 'application/octet-stream' }
    return new Response(new Uint8Array(fileBytes), { headers })
  })
  app.get('/cached', guard(), cached)
  app.get('/public', cached)
  app.get('/twice', guard(), guard(), username)

  app.onError((error, c) => {
    if (error instanceof AuthError || error instanceof HTTPException) return refusals(error, c)
    failures.push(error)
    return c.json({ error: 'the app' }, 500)
  })
  return { app, failures }
}

export const honoFixture: Fixture = {
  name: 'Hono on Node',
  async start(auth, how) {
    const { app, failures } = honoApp(auth, how)
    return { ...(await listening(createServer(getRequestListener(app.fetch)))), failures }
  },
}

export const honoFetchFixture: Fixture = {
  name: 'Hono on Fetch alone',
  async start(auth, how) {
    const { app, failures } = honoApp(auth, how)
    const server = createServer((req, res) => {
      // A client that has gone is nobody's failure.
      pass(req, res, app.fetch).catch(() => res.destroy())
    })
    return { ...(await listening(server)), failures }
  },
}

/** What a platform without node:http does: a Request, and nothing beside it. */
async function pass(req: IncomingMessage, res: ServerResponse, fetch: Hono['fetch']): Promise<void> {
  const headers = new Headers()
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(i, i + 2)
    if (name.toLowerCase() === 'cookie' && headers.has(name))
      headers.set(name, `${headers.get(name)}; ${value}`)
    else headers.append(name, value)
  }
  const { method = 'GET', url = '/' } = req
  const body = method === 'GET' || method === 'HEAD' ? null : await buffer(req)
  const response = await fetch(new Request(`https://app.example${url}`, { method, headers, body }))
  res.statusCode = response.status
  for (const [name, value] of response.headers) res.appendHeader(name, value)
  if (response.body === null) res.end()
  else await pipeline(response.body, res)
}
