// Express 5 and Express 4 do what every framework does; and what comes of mounting things twice, late or after somebody.

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { type ExpressAuth, forExpress } from '../../packages/sessera/src/frameworks/express.js'
import { createWorld, password, trusted, type World } from '../support/auth.js'
import { call } from '../support/json-client.js'
import { express4Fixture, express5Fixture } from './express.js'
import { listening } from './listening.js'
import { conformance } from './suite.js'

conformance(express5Fixture)
conformance(express4Fixture)

const ada = { username: 'ada', password }
const fromPage = { Origin: trusted, 'Sec-Fetch-Site': 'cross-site' }

interface Served {
  readonly origin: string
  readonly failures: readonly unknown[]
}

async function serve(
  mount: (app: Express, bound: ExpressAuth<object>, world: World) => void,
): Promise<Served> {
  const world = await createWorld()
  const bound = forExpress(world.auth)
  const app = express()
  const failures: unknown[] = []
  mount(app, bound, world)
  const last: ErrorRequestHandler = (error: Error, _req, res, _next) => {
    failures.push(error)
    res.status(500).json({ error: error.message })
  }
  app.use(bound.refusals, last)
  const { port, close } = await listening(createServer(app))
  onTestFinished(close)
  return { origin: `http://127.0.0.1:${port}`, failures }
}

describe('routes', () => {
  it.each<[string, (bound: ExpressAuth<object>, auth: Auth<object>) => RequestHandler]>([
    ['of one binding', ({ routes }) => routes],
    ['of another binding of the same Auth', (_bound, auth) => forExpress(auth).routes],
  ])('a second time on the way of a request, %s, are an error that says so', async (_, second) => {
    const { origin } = await serve((app, bound, { auth }) => {
      app.use(bound.routes, second(bound, auth))
      app.get('/', (_req, res) => void res.json({}))
    })
    expect(await call(origin)).toMatchObject({
      status: 500,
      json: { error: expect.stringContaining('app.use(routes) once') },
    })
    expect((await call(`${origin}/auth/me`)).status).toBe(401)
  })

  it('of two tenants stand in a row', async () => {
    const other = await createWorld({ basePath: '/other' })
    const { origin, failures } = await serve((app, { routes }) => {
      app.use(routes, forExpress(other.auth).routes)
      app.get('/', (_req, res) => void res.json({}))
    })
    expect((await call(origin)).status).toBe(200)
    expect((await call(`${origin}/auth/login`, { json: ada })).status).toBe(200)
    expect((await call(`${origin}/other/login`, { json: ada })).status).toBe(200)
    expect(failures).toEqual([])
  })

  it('after the routes of the app serve the API, but share nothing of the app', async () => {
    const { origin } = await serve((app, { routes, guard }) => {
      app.get('/', guard(), (_req, res) => void res.json({}))
      app.use(routes)
    })
    expect((await call(`${origin}/auth/login`, { json: ada })).status).toBe(200)
    expect(
      (await call(`${origin}/auth/me`, { headers: fromPage })).headers.get('access-control-allow-origin'),
    ).toBe(trusted)
    const { status, headers } = await call(origin, { headers: fromPage })
    expect({ status, allowed: headers.get('access-control-allow-origin') }).toEqual({
      status: 401,
      allowed: null,
    })
  })

  it.each<[what: string, consume: express.RequestHandler]>([
    ['read to its end', (req, _res, next) => void text(req).then(() => next())],
    [
      'begun',
      (req, _res, next) => {
        req.once('data', () => {
          req.pause()
          next()
        })
      },
    ],
  ])('say what is wrong with a body that somebody has %s', async (_, consume) => {
    const { origin, failures } = await serve((app, { routes }) => app.use(consume, routes))
    expect(await call(`${origin}/auth/login`, { json: ada })).toMatchObject({
      status: 400,
      json: { code: 'invalid_request', detail: expect.stringContaining('read before Sessera saw it') },
    })
    expect(failures).toEqual([])
  })
})
