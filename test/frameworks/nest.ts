// The app of the suite on NestJS, with its decorators applied by hand: they are functions, and need no compiler.

import { join } from 'node:path'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Request, Response } from 'express'
import type { ExpressOptions } from '../../packages/sessera/src/frameworks/express.js'
import { installOnDemand } from '../../scripts/install-on-demand.mjs'
import { type Fixture, fileBytes } from '../adapters/fixture.js'

type Handler = (req: Request, res: Response) => unknown
type Decorator = (target: object, name: string, descriptor: PropertyDescriptor) => void

const inOwnWords: ExpressOptions = {
  onRefused: ({ code }, _req, res) => void res.json({ refused: code }),
}

export function installNest(major: number): Promise<string> {
  const ofNest = ['common', 'core', 'platform-express'].map((name) => `@nestjs/${name}@${major}`)
  return installOnDemand(`nest-${major}`, [...ofNest, 'reflect-metadata@0.2', 'rxjs@7'])
}

export async function nestFixture(major: number): Promise<Fixture> {
  const folder = await installNest(major)
  const load = (name: string) => import(pathToFileURL(join(folder, 'node_modules', name)).href)
  await load('reflect-metadata/Reflect.js')
  const { Catch, Controller, Get, HttpCode, HttpException, Module, Post, Req, Res, UseGuards } =
    await load('@nestjs/common/index.js')
  const { NestFactory } = await load('@nestjs/core/index.js')
  const { forNest } = await import('../../packages/sessera/src/frameworks/nest.js')

  return {
    name: `NestJS ${major}`,
    async start(auth, how = {}) {
      const failures: unknown[] = []
      const bound = forNest(auth, how.onRefused === undefined ? {} : inOwnWords)
      const { routes, guard, principal, findPrincipal, signIn, signUp, startSession, signOut, refusals } =
        bound

      class Site {}
      const declare = (name: string, handler: Handler, ...decorators: Decorator[]): void => {
        // A function of its own: Nest keeps what decorators say with it.
        const value: Handler = (req, res) => handler(req, res)
        const descriptor = { value, writable: true, configurable: true, enumerable: false }
        Object.defineProperty(Site.prototype, name, descriptor)
        Req()(Site.prototype, name, 0)
        Res({ passthrough: true })(Site.prototype, name, 1)
        for (const decorate of decorators.toReversed()) decorate(Site.prototype, name, descriptor)
      }
      const username: Handler = (req) => ({ username: principal(req).username })
      const cached: Handler = (_req, res) => {
        res.set('Cache-Control', 'public, max-age=60')
        return { ok: true }
      }
      const post = (path: string, handler: Handler, ...others: Decorator[]): void =>
        declare(path, handler, Post(path), HttpCode(200), ...others)
      const get = (path: string, handler: Handler, ...others: Decorator[]): void =>
        declare(path, handler, Get(path), ...others)

      post('login', async (req, res) => {
        const { username: login, ...rest } = req.body
        return { tokens: await signIn(req, res, { ...rest, login }) }
      })
      post('register', async (req, res) => ({ tokens: await signUp(req, res, req.body) }))
      post('start', async (req, res) => ({ tokens: await startSession(req, res, req.body) }))
      post('logout', async (req, res) => {
        await signOut(req, res)
        return { message: 'bye' }
      })
      const me: Handler = (req) => {
        const { username, claims } = principal(req)
        return { username, plan: claims.plan }
      }
      get('me', me, UseGuards(guard()))
      get('admin', username, UseGuards(guard({ roles: ['admin'] })))
      get('fresh', username, UseGuards(guard({ provenWithin: '5m', check: 'store' })))
      get('token-only', username, UseGuards(guard({ accept: ['token'] })))
      post(
        'transfer',
        (req) => ({ from: principal(req).username, amount: req.body.amount }),
        UseGuards(guard()),
      )
      get('maybe', async (req, res) => ({ username: (await findPrincipal(req, res))?.username ?? null }))
      get('unguarded', username)
      const boom: Handler = () => {
        throw new Error('boom')
      }
      get('boom', boom, UseGuards(guard()))
      get('cached', cached, UseGuards(guard()))
      get('public', cached)
      get('twice', username, UseGuards(guard(), guard()))

      const stream: Handler = async (_req, res) => {
        for (const part of ['one', 'two', 'three']) {
          res.write(part)
          await turnOfTheLoop()
        }
        res.end()
      }
      const file: Handler = (_req, res) =>
        void res.set('ETag', '"file"').type('application/octet-stream').send(fileBytes)
      for (const [path, handler] of [
        ['stream', stream],
        ['file', file],
      ] as const) {
        get(path, handler, UseGuards(guard()), (target, name) => Res()(target, name, 1))
      }

      class Failures {
        catch(error: Error, host: { switchToHttp(): { getResponse(): Response } }): void {
          const res = host.switchToHttp().getResponse()
          const status = error instanceof HttpException ? Number(Reflect.get(error, 'status')) : null
          if (status !== null) res.status(status).json({})
          else {
            failures.push(error)
            res.status(500).json({ error: 'the app' })
          }
        }
      }
      Catch()(Failures)
      Controller()(Site)
      class Root {}
      Module({ controllers: [Site] })(Root)

      const app = await NestFactory.create(Root, { logger: false, forceCloseConnections: true })
      app.use(routes)
      // biome-ignore lint/correctness/useHookAtTopLevel: not one of React's.
      app.useGlobalFilters(new Failures(), refusals)
      await app.listen(0, '127.0.0.1')
      return { port: app.getHttpServer().address().port, failures, close: () => app.close() }
    },
  }
}
