// One Auth on node:http: what forNode, forExpress, forFastify and forNest are made of. What is refused is thrown, for each
// framework to answer in its own way; only the refusal of an upgrade is answered here, on the socket.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Demands } from '../domain/demands.js'
import type { Principal } from '../domain/principal.js'
import type { SignInBy, SignUpBy, StartFor } from '../domain/sign-in-by.js'
import type { TokenPair } from '../domain/token-pair.js'
import type { AuthError } from '../errors.js'
import type { Authenticated } from '../kernel/recognise.js'
import { type Binding, createBinding, type Pass } from './binding.js'
import type { Delivery } from './deliver.js'
import { addAtHeaderWrite, fromNode, writeNode } from './from-node.js'
import { handle } from './handler.js'
import type { HttpRequest, HttpResponse } from './message.js'
import { endSocket } from './node-socket.js'
import { discoveryRoutes } from './routes/discovery.js'

// A symbol of our own: other libraries write `req.auth` and `req.user`, and one of them has let strangers in elsewhere.
const passed: unique symbol = Symbol('sessera principal')

interface GuardedRequest extends IncomingMessage {
  [passed]?: Pass
}

export interface NodeBinding {
  /** For frameworks that send what it answers in a way of their own. */
  readonly binding: Binding
  read(req: IncomingMessage): HttpRequest
  /** The API's paths that do not begin with `basePath`. */
  readonly wellKnown: readonly string[]
  /** The API's answer, to be sent by somebody else. Null: the path is none of ours. */
  respond(req: IncomingMessage): Promise<HttpResponse | null>
  /** Serves the API. False: the path is none of ours, nothing was written. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>
  /** Lets pages of trusted origins call the app's own routes. True: it was a preflight, and is answered. */
  shareWithTrusted(req: IncomingMessage, res: ServerResponse): boolean
  /** Undefined at once when the answer is at hand, else a promise. Throws or rejects with the refusal. */
  guard(demands: Demands): (req: IncomingMessage, res: ServerResponse) => undefined | Promise<undefined>
  /** Null: refused, and answered on the socket, or the client has gone. */
  guardUpgrade(demands: Demands): (req: IncomingMessage, socket: Duplex) => Promise<Principal<object> | null>
  principal(req: IncomingMessage): Principal<object>
  /** Who it is, null when nobody is recognised. Writes nothing but cookies that are due. Rejects with any other refusal. */
  findPrincipal(
    req: IncomingMessage,
    res: ServerResponse,
    demands: Demands,
  ): Promise<Principal<object> | null>
  /** What the log lines and the record say of this request, and its answer in `X-Request-Id`. */
  requestId(req: IncomingMessage): string
  /** Runs `work`, and puts on record that it is done for this request, whose address counts for limits. */
  attribute<T>(req: IncomingMessage, work: () => Promise<T>): Promise<T>
  /** Answers with the refusal as a problem document. */
  refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void
  /** Puts on the response what a refusal says besides its body, which somebody else is about to write. */
  announce(req: IncomingMessage, res: ServerResponse, refusal: AuthError): void
  signUp(req: IncomingMessage, res: ServerResponse, who: SignUpBy): Promise<TokenPair | null>
  signIn(req: IncomingMessage, res: ServerResponse, who: SignInBy): Promise<TokenPair | null>
  startSession(req: IncomingMessage, res: ServerResponse, who: StartFor): Promise<TokenPair | null>
  signOut(req: IncomingMessage, res: ServerResponse): Promise<void>
}

export function bindNode(auth: object): NodeBinding {
  const binding = createBinding(auth)
  const { core } = binding
  const { clientIp, requestId } = core
  const read = (req: IncomingMessage): HttpRequest => fromNode(req, { clientIp, requestId })

  function enter(req: GuardedRequest, res: ServerResponse, who: Authenticated): undefined {
    req[passed] = { core, who }
    if (who.renewal !== null) addAtHeaderWrite(res, binding.cookiesFor(who))
    return undefined
  }

  function hand(res: ServerResponse, { setCookies, tokens }: Delivery): TokenPair | null {
    addAtHeaderWrite(res, setCookies)
    return tokens
  }

  return {
    binding,
    read,
    wellKnown: discoveryRoutes.map(({ path }) => path).filter((path) => !path.startsWith('{base}')),
    respond: (req) => handle(core, read(req)),

    async handle(req, res) {
      const response = await handle(core, read(req))
      if (response === null) return false
      writeNode(res, response)
      return true
    },

    shareWithTrusted(req, res) {
      const { headers, answer } = binding.share(read(req))
      if (answer !== null) {
        writeNode(res, answer)
        return true
      }
      for (const [name, value] of headers) {
        if (name === 'Vary') res.appendHeader(name, value)
        else res.setHeader(name, value)
      }
      return false
    },

    guard(demands) {
      const authorize = binding.guard(demands)
      return (req, res) => {
        const who = authorize(read(req))
        return who instanceof Promise ? who.then((found) => enter(req, res, found)) : enter(req, res, who)
      }
    },

    guardUpgrade(demands) {
      const authorize = binding.guard(demands)
      return async (req, socket) => {
        // Node hands the socket over bare: without a listener a connection that breaks would end the process.
        socket.on('error', () => {})
        const request = read(req)
        try {
          const { principal } = await authorize(request)
          return socket.destroyed ? null : principal
        } catch (error) {
          endSocket(socket, binding.refusal(request, error))
          return null
        }
      }
    },

    principal: (req: GuardedRequest) => binding.principalOf(req[passed]),

    async findPrincipal(req, res, demands) {
      const who = await binding.find(read(req), demands)
      if (who === null) return null
      enter(req, res, who)
      return who.principal
    },

    requestId: (req) => read(req).requestId ?? '',
    attribute: (req, work) => binding.attribute(read(req), work),
    refuse: (req, res, error) => writeNode(res, binding.refusal(read(req), error)),

    announce(req, res, refusal) {
      const { status, headers } = binding.announcement(read(req), refusal)
      res.statusCode = status
      for (const [name, value] of headers) res.setHeader(name, value)
    },

    signUp: async (req, res, who) => hand(res, await binding.signUp(read(req), who)),
    signIn: async (req, res, who) => hand(res, await binding.signIn(read(req), who)),
    startSession: async (req, res, who) => hand(res, await binding.startSession(read(req), who)),

    async signOut(req, res) {
      addAtHeaderWrite(res, await binding.signOut(read(req)))
    },
  }
}
