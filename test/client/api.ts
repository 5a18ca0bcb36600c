// A real server with the API and some pages of an app behind it, on a clock that moves when told. Everything asked is kept.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { deferred, startServer } from '../http/raw-server.js'
import { createWorld, type World, type WorldOptions } from '../support/auth.js'

export interface AppServer {
  readonly world: World
  readonly origin: string
  /** `POST /auth/refresh 200`, in the order of the answers. */
  readonly asked: readonly string[]
  /** Authorization headers, of every request. */
  readonly bearers: readonly (string | undefined)[]
  /** How often that was asked, whatever the answer. */
  count(request: string): number
  /** Comes before everything else, until it is taken away. True: it has answered. */
  meddle: ((req: IncomingMessage, res: ServerResponse) => boolean | Promise<boolean>) | null
}

/** The app: `/hello` greets, `/echo` answers with what it was sent, `/away?<url>` redirects, `/proven` wants a recent proof. */
export async function startApp(options: WorldOptions = {}): Promise<AppServer> {
  const world = await createWorld({ tokens: { lifetime: '5m' }, registration: 'open', ...options })
  const { routes, guard } = forNode(world.auth)
  const [enter, prove] = [guard(), guard({ provenWithin: '1m' })]
  const asked: string[] = []
  const bearers: (string | undefined)[] = []

  const server = await startServer(async (req, res) => {
    const { method, url = '', headers } = req
    bearers.push(headers.authorization)
    res.once('finish', () => asked.push(`${method} ${url} ${res.statusCode}`))
    if (await app.meddle?.(req, res)) return
    if (await routes(req, res)) return
    if (url.startsWith('/away?'))
      return void res.writeHead(302, { Location: url.slice('/away?'.length) }).end()
    const me = await (url === '/proven' ? prove : enter)(req, res)
    if (me === null) return
    if (url !== '/echo') return void res.end(`Hello, ${me.username}: ${me.roles}`)
    const parts: Buffer[] = []
    req.on('data', (part: Buffer) => parts.push(part))
    await once(req, 'end')
    res.end(Buffer.concat(parts))
  })
  onTestFinished(server.close)

  const app: AppServer = {
    world,
    origin: `http://127.0.0.1:${server.port}`,
    asked,
    bearers,
    count: (request) => asked.filter((line) => line.startsWith(`${request} `)).length,
    meddle: null,
  }
  return app
}

export function answer(res: ServerResponse, status: number, headers: Record<string, string> = {}): true {
  res.writeHead(status, headers).end()
  return true
}

/** A problem document, as the API writes it. */
export function refuse(res: ServerResponse, status: number, code: string): true {
  const problem = { type: `urn:sessera:error:${code}`, title: code, status, code, detail: `It says ${code}.` }
  res.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(problem))
  return true
}

export interface Held {
  /** Resolves when the request is there (`holdRequest`), or its answer is due (`holdAnswer`). */
  readonly arrived: Promise<void>
  goOn(): void
}

/** Keeps the next request for that path from the API until told, or refuses it then. */
export function holdRequest(app: AppServer, path: string, then?: (res: ServerResponse) => true): Held {
  const [there, gone] = [deferred<void>(), deferred<void>()]
  app.meddle = async (req, res) => {
    if (req.url !== path) return false
    app.meddle = null
    there.resolve()
    await gone.promise
    return then?.(res) ?? false
  }
  return { arrived: there.promise, goOn: gone.resolve }
}

/** The next request for that path is carried out at once, and answered when told. */
export function holdAnswer(app: AppServer, path: string): Held {
  const [there, gone] = [deferred<void>(), deferred<void>()]
  app.meddle = (req, res) => {
    if (req.url !== path) return false
    app.meddle = null
    const end = res.end.bind(res)
    res.end = ((...parts: Parameters<typeof end>) => {
      there.resolve()
      void gone.promise.then(() => end(...parts))
      return res
    }) as typeof res.end
    return false
  }
  return { arrived: there.promise, goOn: gone.resolve }
}
