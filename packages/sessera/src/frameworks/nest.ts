// Sessera on NestJS 11 and 12, over Express. Nothing of Nest is imported: its contracts are few and written out here.
// Invariant: a guard lets pass or throws, and what it throws takes Nest's own way of exceptions.

import type { NextFunction, Request, Response } from 'express'
import type { Auth } from '../auth.js'
import type { Demands } from '../domain/demands.js'
import { AuthError, ConfigurationError } from '../errors.js'
import { bindNode } from '../http/node-binding.js'
import { type ExpressAuth, type ExpressOptions, forExpress } from './express.js'

export interface NestAuth<out C> extends Omit<ExpressAuth<C>, 'guard' | 'refusals'> {
  /** For `@UseGuards` and `useGlobalGuards`: lets a request pass that meets the demands, else throws the refusal. */
  guard(demands?: Demands): NestGuard
  /** For `useGlobalFilters`: answers what guards and the functions above threw. Other errors never come here. */
  readonly refusals: NestFilter
}

/** What Nest calls an ArgumentsHost, and an ExecutionContext. */
export interface NestContext {
  getType(): string
  switchToHttp(): {
    getRequest(): Request
    getResponse(): Response
    getNext(): NextFunction
  }
}

export interface NestGuard {
  canActivate(context: NestContext): boolean | Promise<boolean>
}

export interface NestFilter {
  catch(error: unknown, host: NestContext): void
}

/** Under which Nest looks up what a filter is for, where `@Catch` would write it. */
const filterFor = '__filterCatchExceptions__'

/**
 * @example
 * export const { routes, guard, principal, refusals } = forNest(auth)
 * app.use(routes)
 * app.useGlobalFilters(refusals)
 *
 * \@Get('dashboard') \@UseGuards(guard())
 * dashboard(@Req() req: Request) { return { message: `Welcome, ${principal(req).username}` } }
 */
export function forNest<C>(auth: Auth<C>, options: ExpressOptions = {}): NestAuth<C> {
  const { guard: _, refusals: answer, ...rest } = forExpress(auth, options)
  const node = bindNode(auth)

  class Refusals implements NestFilter {
    catch(error: unknown, host: NestContext): void {
      const http = host.switchToHttp()
      answer(error, http.getRequest(), http.getResponse(), http.getNext())
    }
  }
  restrictFilter(Refusals)

  return {
    ...rest,
    guard(demands = {}) {
      const enter = node.guard(demands)
      return {
        canActivate(context) {
          const http = httpOf(context)
          const waiting = enter(http.getRequest(), http.getResponse())
          return waiting === undefined ? true : waiting.then(() => true)
        },
      }
    },
    refusals: new Refusals(),
  }
}

/** @throws ConfigurationError before Nest is loaded: the filter would take every exception of the app. */
function restrictFilter(filter: new () => NestFilter): void {
  const define: unknown = Reflect.get(Reflect, 'defineMetadata')
  if (typeof define !== 'function') {
    throw new ConfigurationError('Import @nestjs/core (or reflect-metadata) before forNest is called.')
  }
  define(filterFor, [AuthError], filter)
}

/** @throws ConfigurationError for WebSockets, RPC and GraphQL, and where Express is not below: nobody is let in unseen. */
function httpOf(context: NestContext): ReturnType<NestContext['switchToHttp']> {
  const kind = context.getType()
  if (kind !== 'http') throw new ConfigurationError(`This guard is for HTTP handlers, not for "${kind}".`)
  const http = context.switchToHttp()
  if (!Array.isArray(http.getRequest().rawHeaders)) {
    throw new ConfigurationError('sessera/nest works with @nestjs/platform-express only.')
  }
  return http
}
