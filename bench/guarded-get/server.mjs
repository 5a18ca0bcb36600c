// The same page four times, each on a port of its own: bare, by hand, Sessera, and (session mode) express-session.

import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { forExpress } from 'sessera/express'
import { forFastify } from 'sessera/fastify'
import { forHono } from 'sessera/hono'
import { forNode } from 'sessera/node'
import { createLookUp } from '../lib/by-hand.mjs'
import { expressSession } from '../lib/peers.mjs'
import { listen, serve } from '../lib/server.mjs'
import { fileIn, headersOf, openAuth, signInMany, temporaryFolder } from '../lib/world.mjs'

/**
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 * @typedef {import('node:http').ServerResponse} ServerResponse
 * @typedef {[name: string, value: string][]} Headers
 */

const people = 1000
const { framework, mode } = JSON.parse(process.argv[2] ?? '{}')
// As its documentation recommends: nothing is saved that did not change.
const session = expressSession()({
  secret: 'a secret of the benchmarks',
  resave: false,
  saveUninitialized: false,
})

const folder = temporaryFolder()
const auth = openAuth({ store: fileIn(folder) })
const holders = await signInMany(auth, mode, people)
const headers = holders.map(headersOf)
const lookUp = createLookUp()
holders.forEach(({ userId, username }, at) => {
  const lowerCased = (headers[at] ?? []).map(([name, value]) => [name.toLowerCase(), value])
  lookUp.remember(Object.fromEntries(lowerCased), { userId, username, endsAt: Date.now() + 3_600_000 })
})

const on = { 'node:http': onNode, Express: onExpress, Fastify: onFastify, Hono: onHono }
const handlers = await on[/** @type {keyof typeof on} */ (framework)]()
const rivals = []
for (const [name, handler] of Object.entries(handlers)) {
  const port = await listen(createServer({ keepAliveTimeout: 600_000 }, handler))
  rivals.push({ name, port, headers: name === 'express-session' ? await signInElsewhere(port) : headers })
}
serve(
  { rivals },
  {
    async stop() {
      await auth.close()
      folder.remove()
    },
  },
)

/** @returns {Record<string, import('node:http').RequestListener>} */
function onNode() {
  const guard = forNode(auth).guard()
  return {
    bare: (_req, res) => welcome(res, 'ada'),
    'by hand'(req, res) {
      const who = lookUp.find(req.headers)
      if (who === null) refuse(res)
      else welcome(res, who.username)
    },
    async Sessera(req, res) {
      const who = await guard(req, res)
      if (who !== null) welcome(res, who.username ?? '')
    },
    ...(mode === 'session' && { 'express-session': peerOnNode() }),
  }
}

/** @returns {import('node:http').RequestListener} */
function peerOnNode() {
  return (req, res) => {
    session(req, res, () => {
      const own = sessionOf(req)
      if (req.url === '/sign-in') own.username = 'ada'
      if (own.username === undefined) refuse(res)
      else welcome(res, own.username)
    })
  }
}

/** @returns {Record<string, import('node:http').RequestListener>} */
function onExpress() {
  const { guard, principal } = forExpress(auth)
  return {
    bare: express().get('/', (_req, res) => void res.json({ message: 'Welcome, ada' })),
    'by hand': express().get(
      '/',
      (req, res, next) => {
        const who = lookUp.find(req.headers)
        if (who === null) res.sendStatus(401)
        else {
          res.locals['who'] = who
          next()
        }
      },
      (_req, res) => void res.json({ message: `Welcome, ${res.locals['who'].username}` }),
    ),
    Sessera: express().get('/', guard(), (req, res) => {
      res.json({ message: `Welcome, ${principal(req).username}` })
    }),
    ...(mode === 'session' && { 'express-session': peerOnExpress() }),
  }
}

/** @returns {import('node:http').RequestListener} */
function peerOnExpress() {
  return express()
    .get('/sign-in', session, (req, res) => {
      sessionOf(req).username = 'ada'
      res.json({})
    })
    .get('/', session, (req, res) => {
      const { username } = sessionOf(req)
      if (username === undefined) res.sendStatus(401)
      else res.json({ message: `Welcome, ${username}` })
    })
}

/** @returns {Promise<Record<string, import('node:http').RequestListener>>} */
async function onFastify() {
  const { guard, principal } = forFastify(auth)
  const bare = fastify()
  bare.get('/', async () => ({ message: 'Welcome, ada' }))

  const byHand = fastify()
  byHand.decorateRequest('username', '')
  /** @type {import('fastify').preHandlerHookHandler} */
  const preHandler = (request, reply, done) => {
    const who = lookUp.find(request.raw.headers)
    if (who === null) reply.code(401).send()
    else {
      Reflect.set(request, 'username', who.username)
      done()
    }
  }
  byHand.get('/', { preHandler }, async (request) => ({
    message: `Welcome, ${Reflect.get(request, 'username')}`,
  }))

  const sessera = fastify()
  sessera.get('/', { preHandler: guard() }, async (request) => ({
    message: `Welcome, ${principal(request).username}`,
  }))

  await Promise.all([bare.ready(), byHand.ready(), sessera.ready()])
  return { bare: bare.routing, 'by hand': byHand.routing, Sessera: sessera.routing }
}

/** @returns {Record<string, import('node:http').RequestListener>} */
function onHono() {
  const { guard, principal } = forHono(auth)
  const bare = new Hono()
  bare.get('/', (c) => c.json({ message: 'Welcome, ada' }))

  /** @type {Hono<{ Bindings: import('@hono/node-server').HttpBindings, Variables: { username: string } }>} */
  const byHand = new Hono()
  byHand.get(
    '/',
    async (c, next) => {
      const who = lookUp.find(c.env.incoming.headers)
      if (who === null) return c.body(null, 401)
      c.set('username', who.username)
      return next()
    },
    (c) => c.json({ message: `Welcome, ${c.get('username')}` }),
  )

  const sessera = new Hono()
  sessera.get('/', guard(), (c) => c.json({ message: `Welcome, ${principal(c).username}` }))

  return {
    bare: getRequestListener(bare.fetch),
    'by hand': getRequestListener(byHand.fetch),
    Sessera: getRequestListener(sessera.fetch),
  }
}

/**
 * @param {IncomingMessage} req
 * @returns {{ username?: string }}
 */
function sessionOf(req) {
  return /** @type {IncomingMessage & { session: { username?: string } }} */ (req).session
}

/**
 * The same number of sessions in its memory.
 *
 * @param {number} port
 * @returns {Promise<Headers[]>}
 */
async function signInElsewhere(port) {
  const signedIn = []
  for (const own of headers) {
    const answer = await fetch(`http://127.0.0.1:${port}/sign-in`)
    await answer.arrayBuffer()
    const cookie = `theme=dark; ${answer.headers.getSetCookie()[0]?.split(';', 1)[0]}; lang=en-GB`
    signedIn.push(
      own.map(
        ([name, value]) => /** @type {[string, string]} */ ([name, name === 'Cookie' ? cookie : value]),
      ),
    )
  }
  return signedIn
}

/**
 * @param {ServerResponse} res
 * @param {string} name
 */
function welcome(res, name) {
  const body = JSON.stringify({ message: `Welcome, ${name}` })
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body)
}

/** @param {ServerResponse} res */
function refuse(res) {
  res.writeHead(401, { 'Content-Length': 0 }).end()
}
