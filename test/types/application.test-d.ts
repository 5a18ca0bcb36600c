// What an application's author sees when hovering: precise, readable, and never `any`.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express'
import { type Auth, createAuth, type ErrorCode, type Mode, type Principal, type Started } from 'sessera'
import { type ExpressAuth, type ExpressOptions, forExpress, type Refused } from 'sessera/express'
import { memory } from 'sessera/memory'
import { describe, expectTypeOf, test } from 'vitest'
import { type auth, bound } from './application.js'

interface Plan {
  plan: 'pro' | 'free'
}

const req = {} as Request
const res = {} as Response
const options = { origin: 'http://localhost:3000', store: memory() }

describe('the claims of an app', () => {
  test('are inferred from what `claims` returns, promised or not', () => {
    expectTypeOf<typeof auth>().toEqualTypeOf<Auth<Plan>>()
    expectTypeOf(createAuth({ ...options, claims: () => ({ team: 7 }) })).toEqualTypeOf<
      Auth<{ team: number }>
    >()
  })

  test('reach the principal', () => {
    const me = bound.principal(req)
    expectTypeOf(me).toEqualTypeOf<Principal<Plan>>()
    expectTypeOf(me.claims.plan).toEqualTypeOf<'pro' | 'free'>()
    expectTypeOf<ReturnType<(typeof auth)['check']>>().toEqualTypeOf<Principal<Plan> | null>()
    expectTypeOf<ReturnType<(typeof auth)['authenticate']>>().toEqualTypeOf<Promise<Principal<Plan>>>()
  })

  test('are an empty object where there are none', () => {
    const plain = createAuth(options)
    expectTypeOf(forExpress(plain).principal(req).claims).toEqualTypeOf<Readonly<object>>
    // @ts-expect-error no such claim
    forExpress(plain).principal(req).claims.plan
  })

  test('that the app did not declare do not exist', () => {
    // @ts-expect-error no such claim
    bound.principal(req).claims.plant
  })

  test('of the users table of the app count as well', () => {
    const users = {
      findLogin: async () => null,
      load: async () => ({ username: 'ada', roles: [], disabled: false, claims: { team: 7 } }),
      savePasswordHash: async () => undefined,
    }
    expectTypeOf(createAuth({ ...options, users })).toEqualTypeOf<Auth<{ team: number }>>()
  })

  test('may be more than whoever takes an Auth, or what it is bound to, asks for, never others', () => {
    expectTypeOf<Auth<Plan>>().toExtend<Auth>()
    expectTypeOf<ExpressAuth<Plan>>().toExtend<ExpressAuth<object>>()
    expectTypeOf<Principal<Plan>>().toExtend<Principal<{ plan: string }>>()
    expectTypeOf<Auth>().not.toExtend<Auth<Plan>>()
    expectTypeOf<ExpressAuth<{ team: number }>>().not.toExtend<ExpressAuth<Plan>>()
    expectTypeOf<Principal<{ plan: string }>>().not.toExtend<Principal<Plan>>()
  })
})

describe('a principal', () => {
  test('says what it knows, and is never any', () => {
    const me = bound.principal(req)
    expectTypeOf(me).not.toBeAny()
    expectTypeOf(me.claims).not.toBeAny()
    expectTypeOf(me.id).toEqualTypeOf<string>()
    expectTypeOf(me.username).toEqualTypeOf<string | null>()
    expectTypeOf(me.mode).toEqualTypeOf<Mode | null>()
    expectTypeOf(me.roles).toEqualTypeOf<readonly string[]>()
    expectTypeOf(me.provenAt).toEqualTypeOf<number>()
  })

  test('cannot be changed', () => {
    const me = bound.principal(req)
    // @ts-expect-error read-only
    me.id = 'somebody else'
    // @ts-expect-error read-only
    me.roles.push('admin')
    // @ts-expect-error read-only
    me.claims.plan = 'pro'
  })
})

describe('forExpress', () => {
  test('hands out what Express takes', () => {
    expectTypeOf(bound).toEqualTypeOf<ExpressAuth<Plan>>()
    expectTypeOf(bound.routes).toEqualTypeOf<RequestHandler>()
    expectTypeOf(bound.guard()).toExtend<RequestHandler>()
    expectTypeOf(bound.refusals).toEqualTypeOf<ErrorRequestHandler>()
  })

  test('leaves the parameters of a route as Express types them', () => {
    express().get('/accounts/:number', bound.guard(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ number: string }>()
    })
  })

  test('takes requests of any route, whatever their parameters and bodies are typed as', () => {
    const typed = {} as Request<{ id: string }, { ok: boolean }, { amount: number }, { page: string }>
    expectTypeOf(bound.principal(typed)).toEqualTypeOf<Principal<Plan>>()
    expectTypeOf(bound.signOut(typed, res)).toEqualTypeOf<Promise<void>>()
    express().post<object, { ok: boolean }, { amount: number }>('/transfer', bound.guard(), (req, res) => {
      expectTypeOf(req.body.amount).toEqualTypeOf<number>()
      expectTypeOf(bound.principal(req)).toEqualTypeOf<Principal<Plan>>()
      expectTypeOf(bound.findPrincipal(req, res)).resolves.toEqualTypeOf<Principal<Plan> | null>()
    })
  })

  test('makes guards that stand wherever Express takes a handler', () => {
    const { guard } = bound
    const handlers: RequestHandler[] = [guard(), (req, res, next) => guard()(req, res, next)]
    const router = express.Router().use(guard())
    router.route('/accounts/:number').get(guard(), (req) => {
      expectTypeOf(req.params).toEqualTypeOf<{ number: string }>()
    })
    express().use(guard()).use([guard()]).use('/admin', guard(), router).get('/all', handlers, guard())
  })

  test('makes guards that take requests of node:http, too', () => {
    bound.guard()({} as IncomingMessage, {} as ServerResponse, () => {})
  })

  test('gives tokens, or null where cookies hold them', () => {
    const tokens = bound.signIn(req, res, { login: 'ada', password: 'a few quiet words', mode: 'token' })
    expectTypeOf(tokens).resolves.not.toBeAny()
    expectTypeOf(tokens).resolves.toEqualTypeOf<Started['tokens']>()
  })

  test('tells onRefused a code from the closed table', () => {
    expectTypeOf<NonNullable<ExpressOptions['onRefused']>>().parameter(0).toEqualTypeOf<Refused>()
    expectTypeOf<Refused['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<Refused['code']>().not.toEqualTypeOf<string>()
  })
})

describe('mistakes that do not compile', () => {
  test('in demands', () => {
    bound.guard({ check: 'feed' })
    // @ts-expect-error no such level
    bound.guard({ check: 'cache' })
    // @ts-expect-error no such mode
    bound.guard({ accept: ['cookie'] })
    // @ts-expect-error no such demand: a misspelt one would let everybody in
    bound.guard({ role: ['teller'] })
  })

  test('in signing in', () => {
    // @ts-expect-error no login
    void bound.signIn(req, res, { password: 'a few quiet words' })
    // @ts-expect-error no such mode
    void bound.startSession(req, res, { userId: '1', mode: 'jwt' })
    // @ts-expect-error a user id is not a way to sign in
    void bound.signIn(req, res, { userId: '1' })
  })

  test('in options', () => {
    // @ts-expect-error no store
    createAuth({ origin: 'http://localhost:3000' })
    // @ts-expect-error a store is opened by us
    createAuth({ ...options, store: 'auth.db' })
    // @ts-expect-error no such option
    createAuth({ ...options, secret: 'one' })
    // @ts-expect-error claims are an object
    createAuth({ ...options, claims: () => 'pro' })
  })

  test('in what is taken for a request or a response of Express', () => {
    // @ts-expect-error a response
    bound.principal(res)
    // @ts-expect-error nothing of a request
    bound.principal({})
    // @ts-expect-error a request that Express has not seen, such as that of an upgrade
    bound.principal({} as IncomingMessage)
    // @ts-expect-error a request of Fetch
    bound.principal({} as globalThis.Request)
    // @ts-expect-error the wrong way round
    void bound.signOut(res, req)
    // @ts-expect-error a request in place of the response
    void bound.signOut(req, req)
    // @ts-expect-error a response that Express has not seen
    void bound.signOut(req, {} as ServerResponse)
    // @ts-expect-error a request of HTTP/2
    bound.guard()({} as Http2ServerRequest, res, () => {})
  })

  test('in what is taken for an Auth', () => {
    // @ts-expect-error not an Auth
    forExpress({ authenticate: async () => null })
  })
})
