// The app of the suite on Express 5, and on Express 4, which wants rejected promises handed on.

import { createServer } from 'node:http'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express'
import express4 from 'express-4'
import { type ExpressOptions, forExpress } from '../../packages/sessera/src/frameworks/express.js'
import { type Fixture, fileBytes } from './fixture.js'
import { listening } from './listening.js'

const inOwnWords: ExpressOptions = {
  onRefused: ({ code }, _req, res) => void res.json({ refused: code }),
}

function expressFixture(
  name: string,
  framework: Pick<typeof express, 'json'> & (() => express.Express),
): Fixture {
  return {
    name,
    async start(auth, how = {}) {
      const failures: unknown[] = []
      const bound = forExpress(auth, how.onRefused === undefined ? {} : inOwnWords)
      const { routes, guard, principal, findPrincipal, signIn, signUp, startSession, signOut, refusals } =
        bound
      const app = framework()
      app.use(routes, framework.json())

      const username: RequestHandler = (req, res) => void res.json({ username: principal(req).username })
      const cached: RequestHandler = (_req, res) =>
        void res.set('Cache-Control', 'public, max-age=60').json({ ok: true })

      app.post(
        '/login',
        handed(async (req, res) => {
          const { username: login, ...rest } = req.body
          res.json({ tokens: await signIn(req, res, { ...rest, login }) })
        }),
      )
      app.post(
        '/register',
        handed(async (req, res) => {
          res.status(201).json({ tokens: await signUp(req, res, req.body) })
        }),
      )
      app.post(
        '/start',
        handed(async (req, res) => {
          res.json({ tokens: await startSession(req, res, req.body) })
        }),
      )
      app.post(
        '/logout',
        handed(async (req, res) => {
          await signOut(req, res)
          res.json({ message: 'bye' })
        }),
      )
      app.get('/me', guard(), (req, res) => {
        const { username, claims } = principal(req)
        res.json({ username, plan: claims.plan })
      })
      app.get('/admin', guard({ roles: ['admin'] }), username)
      app.get('/fresh', guard({ provenWithin: '5m', check: 'store' }), username)
      app.get('/token-only', guard({ accept: ['token'] }), username)
      app.post('/transfer', guard(), (req, res) => {
        res.json({ from: principal(req).username, amount: req.body.amount })
      })
      app.get(
        '/maybe',
        handed(async (req, res) => {
          res.json({ username: (await findPrincipal(req, res))?.username ?? null })
        }),
      )
      app.get('/unguarded', username)
      app.get('/boom', guard(), () => {
        throw new Error('boom')
      })
      app.get(
        '/stream',
        guard(),
        handed(async (_req, res) => {
          for (const part of ['one', 'two', 'three']) {
            res.write(part)
            await turnOfTheLoop()
          }
          res.end()
        }),
      )
      app.get('/file', guard(), (_req, res) => {
        res.set('ETag', '"file"').type('application/octet-stream').send(fileBytes)
      })
      app.get('/cached', guard(), cached)
      app.get('/public', cached)
      app.get('/twice', guard(), guard(), username)

      const last: ErrorRequestHandler = (error, _req, res, _next) => {
        failures.push(error)
        res.status(500).json({ error: 'the app' })
      }
      app.use(refusals, last)
      return { ...(await listening(createServer(app))), failures }
    },
  }
}

/** As Express 4 wants it, and Express 5 suffers it. */
function handed(handler: (req: Request, res: Response) => Promise<void>): RequestHandler {
  return (req, res, next) => void handler(req, res).catch(next)
}

export const express5Fixture: Fixture = expressFixture('Express 5', express)
export const express4Fixture: Fixture = expressFixture('Express 4', express4)
