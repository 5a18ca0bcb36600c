// The plugin that serves the API in a Fastify app: the answers are ours, the way they are sent is Fastify's.
// Invariant: a body for the API is read by us alone, from the stream, whatever parsers the app has.

import type { FastifyInstance, FastifyPluginCallback, FastifyReply, onRequestHookHandler } from 'fastify'
import { AuthError, ConfigurationError } from '../errors.js'
import { addAtHeaderWrite, isAbandoned } from '../http/from-node.js'
import type { HttpResponse } from '../http/message.js'
import type { NodeBinding } from '../http/node-binding.js'

/**
 * @param mark what the app is decorated with: the guards that were made for a route's `config` and stand in none yet. Under it
 * that `config` holds its guard.
 */
export function servesApi(node: NodeBinding, mark: symbol): FastifyPluginCallback {
  const { basePath } = node.binding.core
  const paths = [basePath, `${basePath}/*`, ...node.wellKnown]

  const serve: FastifyPluginCallback = (app, _options, done) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    app.setErrorHandler((error, request, reply) => {
      const refusal = asUnreadableBody(error)
      if (refusal === null) throw error
      send(reply, node.binding.refusal(node.read(request.raw), refusal))
    })
    for (const url of paths) {
      app.route({
        method: app.supportedMethods,
        url,
        async handler({ raw }, reply) {
          const response = await node.respond(raw)
          if (response === null) reply.callNotFound()
          else send(reply, response)
          return reply
        },
      })
    }
    done()
  }

  const routes: FastifyPluginCallback = (app, _options, done) => {
    try {
      refuseMisplaced(app, mark, basePath)
    } catch (error) {
      done(error instanceof Error ? error : undefined)
      return
    }
    const unplaced = new Set<unknown>()
    app.decorate(mark, unplaced)
    app.addHook('onRequest', (request, reply, pass) => {
      const { headers, answer } = node.binding.share(node.read(request.raw))
      if (answer !== null) {
        send(reply, answer)
        return
      }
      for (const [name, value] of headers) put(reply, name, value)
      pass()
    })
    app.addHook('onRoute', (route) => {
      const own: unknown = route.config === undefined ? undefined : Reflect.get(route.config, mark)
      unplaced.delete(own)
      if (isHook(own)) route.onRequest = [own, route.onRequest ?? []].flat()
    })
    app.addHook('onReady', (ready) => ready(unplaced.size === 0 ? undefined : misplacedGuard()))
    app.register(serve)
    done()
  }
  // What fastify-plugin would do: hooks and decorators are for the app around, too.
  return Object.assign(routes, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'sessera',
  })
}

/** @throws ConfigurationError when the API would be served twice, or elsewhere than where `basePath` says. */
function refuseMisplaced(app: FastifyInstance, mark: symbol, basePath: string): void {
  if (app.hasDecorator(mark)) {
    throw new ConfigurationError(
      'The routes of this Auth are registered twice in this app. Register them once.',
    )
  }
  if (app.prefix !== '') {
    throw new ConfigurationError(
      `Register the routes in an app without a prefix: basePath, here "${basePath}", is the whole path from the root.`,
    )
  }
}

function misplacedGuard(): ConfigurationError {
  return new ConfigurationError(
    'A guard was made for the config of a route that is not in this app, where it would guard nothing. Call guarded(app) with the app in which the route is declared.',
  )
}

function isHook(value: unknown): value is onRequestHookHandler {
  return typeof value === 'function'
}

/** As bytes: to text that says it is JSON, Fastify would add a charset, which JSON does not have. */
export function send(reply: FastifyReply, { status, headers, body }: HttpResponse): void {
  const cookies: string[] = []
  for (const [name, value] of headers) {
    if (name === 'Set-Cookie') cookies.push(value)
    else put(reply, name, value)
  }
  if (cookies.length > 0) addAtHeaderWrite(reply.raw, cookies)
  if (isAbandoned(reply.request.raw)) reply.header('Connection', 'close')
  reply.code(status).send(body === '' ? undefined : Buffer.from(body))
}

/** Of headers of one name the last counts, but what an answer varies by adds up. */
export function put(reply: FastifyReply, name: string, value: string): void {
  const present = name === 'Vary' ? String(reply.getHeader(name) ?? '') : ''
  const isThere = present.split(/[\s,]+/).some((word) => word.toLowerCase() === value.toLowerCase())
  reply.header(name, present === '' || isThere ? present || value : `${present}, ${value}`)
}

/** What Fastify's body parsers throw, as a refusal. Null for anything else. */
export function asUnreadableBody(error: unknown): AuthError | null {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return null
  if (!String(error.code).startsWith('FST_ERR_CTP_')) return null
  if (error.statusCode === 413) return new AuthError('payload_too_large')
  if (error.statusCode === 415) return new AuthError('unsupported_media_type')
  return error.statusCode === 400
    ? new AuthError('invalid_request', { detail: 'The request body cannot be read.' })
    : null
}
