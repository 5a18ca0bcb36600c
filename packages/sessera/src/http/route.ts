// A route of the API as data, and the two ways to declare one.

import { type BaseIssue, type BaseSchema, type InferOutput, safeParse } from 'valibot'
import type { ParsedDemands } from '../domain/demands.js'
import { AuthError } from '../errors.js'
import type { Kernel } from '../kernel/kernel.js'
import type { Authenticated } from '../kernel/recognise.js'
import type { HttpCore } from './core.js'
import type { HeaderList, HttpRequest } from './message.js'
import { splitQuery } from './query.js'

export type Schema = BaseSchema<unknown, unknown, BaseIssue<unknown>>

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** From the root. `{id}` matches one segment, `{base}` is where the API is mounted. */
  readonly path: string
  readonly summary: string
  /** From the parameters' texts to what they mean. Null: the query is not read. */
  readonly query: Schema | null
  /** Null: the body is not read. */
  readonly body: { readonly schema: Schema; readonly optional: boolean } | null
  /** What the caller must be; null: anyone. */
  readonly demands: ParsedDemands | null
  readonly success: { readonly status: number; readonly schema: Schema | null }
  readonly run: (call: Call, json: unknown) => Promise<Reply>
  /** What to refuse with instead, for callers that understand few statuses. */
  readonly narrow?: (error: unknown) => AuthError
}

/** One request on its way through a route. */
export interface Call {
  readonly core: HttpCore
  /** Under the circumstances of this request, which it records and logs. */
  readonly kernel: Kernel
  readonly request: HttpRequest
  /** The path's `{id}`. */
  readonly id: string
  /** Null where the route demands nothing. */
  readonly who: Authenticated | null
}

export interface Reply {
  readonly status: number
  readonly json?: object
  readonly setCookies?: readonly string[]
  readonly headers?: HeaderList
}

type Common = Pick<Route, 'method' | 'path' | 'summary' | 'success' | 'narrow'>

/** A route for anyone. */
export function open<S extends Schema>(
  route: Common & {
    readonly body?: S
    readonly bodyOptional?: true
    readonly answer: (call: Call, input: InferOutput<S>) => Promise<Reply>
  },
): Route {
  const { body, bodyOptional, answer, ...common } = route
  return {
    ...common,
    query: null,
    body: body === undefined ? null : { schema: body, optional: bodyOptional === true },
    demands: null,
    run: (call, json) => answer(call, parseBody(body, json)),
  }
}

/** A route for those who meet its demands. */
export function guarded<S extends Schema, Q extends Schema>(
  route: Common & {
    readonly demands: ParsedDemands
    readonly body?: S
    readonly bodyOptional?: true
    readonly query?: Q
    readonly answer: (
      call: Call & { readonly who: Authenticated },
      input: InferOutput<S>,
      query: InferOutput<Q>,
    ) => Promise<Reply>
  },
): Route {
  const { body, bodyOptional, query, answer, ...common } = route
  return {
    ...common,
    query: query ?? null,
    body: body === undefined ? null : { schema: body, optional: bodyOptional === true },
    run(call, json) {
      const { who } = call
      if (who === null) throw new AuthError('unauthenticated')
      const asked = query === undefined ? undefined : parse(query, splitQuery(call.request.query))
      return answer({ ...call, who }, parseBody(body, json), asked)
    },
  }
}

function parseBody<S extends Schema>(schema: S | undefined, json: unknown): InferOutput<S> {
  return schema === undefined ? undefined : parse(schema, json)
}

function parse<S extends Schema>(schema: S, found: unknown): InferOutput<S> {
  const parsed = safeParse(schema, found, { abortEarly: true })
  if (parsed.success) return parsed.output
  throw new AuthError('invalid_request', { detail: sentenceOf(parsed.issues[0]) })
}

/** Names the member and what is wrong with it. */
function sentenceOf({ type, expected, received, path, message }: BaseIssue<unknown>): string {
  const where = (path ?? []).map(({ key }) => String(key).slice(0, 64)).join('.')
  if (type === 'strict_object' && expected === 'never') return `"${where}" is not known here. Leave it out.`
  if (type === 'strict_object' && received === 'undefined') return `"${where}" is missing.`
  return where === '' ? `${message}.` : `"${where}": ${message}.`
}
