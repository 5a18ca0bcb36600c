// The app of the suite on node:http, by hand as one writes it there.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import type { SignInBy, SignUpBy, StartFor } from '../../packages/sessera/src/domain/sign-in-by.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { type Fixture, fileBytes } from './fixture.js'
import { listening } from './listening.js'

type Handler = (req: IncomingMessage, res: ServerResponse) => unknown

export const nodeFixture: Fixture = {
  name: 'node:http',
  async start(auth, how = {}) {
    const failures: unknown[] = []
    const { routes, guard, principal, findPrincipal, signIn, signUp, startSession, signOut, refusals } =
      forNode(
        auth,
        how.onRefused === undefined
          ? {}
          : { onRefused: ({ code, status }, _req, res) => json(res, { refused: code }, status) },
      )
    const guarded = (handler: Handler, demands = {}): Handler => {
      const enter = guard(demands)
      return async (req, res) => {
        if ((await enter(req, res)) !== null) await handler(req, res)
      }
    }
    const username: Handler = (req, res) => json(res, { username: principal(req).username })
    const cached: Handler = (_req, res) => {
      res.setHeader('Cache-Control', 'public, max-age=60')
      json(res, { ok: true })
    }
    const handlers: Readonly<Record<string, Handler>> = {
      async 'POST /login'(req, res) {
        const { username: login, ...rest } = await readJson<SignInBy & { username: string }>(req)
        json(res, { tokens: await signIn(req, res, { ...rest, login }) })
      },
      async 'POST /register'(req, res) {
        json(res, { tokens: await signUp(req, res, await readJson<SignUpBy>(req)) }, 201)
      },
      async 'POST /start'(req, res) {
        json(res, { tokens: await startSession(req, res, await readJson<StartFor>(req)) })
      },
      async 'POST /logout'(req, res) {
        await signOut(req, res)
        json(res, { message: 'bye' })
      },
      'GET /me': guarded((req, res) => {
        const { username, claims } = principal(req)
        json(res, { username, plan: claims.plan })
      }),
      'GET /admin': guarded(username, { roles: ['admin'] }),
      'GET /fresh': guarded(username, { provenWithin: '5m', check: 'store' }),
      'GET /token-only': guarded(username, { accept: ['token'] }),
      'POST /transfer': guarded(async (req, res) => {
        const { amount } = await readJson<{ amount: number }>(req)
        json(res, { from: principal(req).username, amount })
      }),
      async 'GET /maybe'(req, res) {
        json(res, { username: (await findPrincipal(req, res))?.username ?? null })
      },
      'GET /unguarded': username,
      'GET /boom': guarded(() => {
        throw new Error('boom')
      }),
      'GET /stream': guarded(async (_req, res) => {
        for (const part of ['one', 'two', 'three']) {
          res.write(part)
          await turnOfTheLoop()
        }
        res.end()
      }),
      'GET /file': guarded((_req, res) => {
        res.writeHead(200, { ETag: '"file"', 'Content-Type': 'application/octet-stream' }).end(fileBytes)
      }),
      'GET /cached': guarded(cached),
      'GET /public': cached,
      'GET /twice': guarded(guarded(username)),
    }
    const server = createServer(async (req, res) => {
      try {
        if (await routes(req, res)) return
        const handler = handlers[`${req.method === 'HEAD' ? 'GET' : req.method} ${req.url}`]
        if (handler === undefined) json(res, { error: 'nothing here' }, 404)
        else await handler(req, res)
      } catch (error) {
        if (refusals(error, req, res)) return
        if (error instanceof SyntaxError) json(res, { error: 'bad JSON' }, 400)
        else {
          failures.push(error)
          json(res, { error: 'the app' }, 500)
        }
      }
    })
    return { ...(await listening(server)), failures }
  },
}

function json(res: ServerResponse, value: object, status = res.statusCode): void {
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify(value))
}

async function readJson<T>(req: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}
