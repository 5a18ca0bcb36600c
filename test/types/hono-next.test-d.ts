// What authors of apps with Hono and Next.js see when hovering: their own claims, and never `any`.

import { type Context, Hono } from 'hono'
import type { Principal } from 'sessera'
import { describe, expectTypeOf, test } from 'vitest'
import { forHono } from '../../packages/sessera/src/frameworks/hono.js'
import { forNext, type NextAuth } from '../../packages/sessera/src/frameworks/next.js'
import { auth } from './application.js'

type Me = Principal<{ plan: 'pro' | 'free' }>

describe('Hono', () => {
  const { routes, guard, principal, findPrincipal, refusals } = forHono(auth)

  test('tells who it is, with the claims of the app', () => {
    const c = {} as Context
    expectTypeOf(principal(c)).toEqualTypeOf<Me>()
    expectTypeOf(findPrincipal(c)).toEqualTypeOf<Promise<Me | null>>()
  })

  test('keeps what Hono knows of a route: its parameters and its bindings', () => {
    const app = new Hono<{ Bindings: { region: string }; Variables: { tenant: number } }>()
    app.use(routes)
    app.get('/accounts/:number', guard({ roles: ['teller'] }), (c) => {
      expectTypeOf(c.req.param('number')).toEqualTypeOf<string>()
      expectTypeOf(c.env.region).toEqualTypeOf<string>()
      expectTypeOf(c.get('tenant')).toEqualTypeOf<number>()
      expectTypeOf(principal(c)).toEqualTypeOf<Me>()
      return c.json({})
    })
    app.onError(refusals)
  })

  test('takes demands as they are meant', () => {
    // @ts-expect-error no such mode
    guard({ accept: ['tokens'] })
  })
})

describe('Next.js', () => {
  const { guard, principal, findPrincipal, handlers } = forNext(auth)

  test('tells who it is, with the claims of the app', () => {
    expectTypeOf(principal()).toEqualTypeOf<Promise<Me>>()
    expectTypeOf(findPrincipal()).toEqualTypeOf<Promise<Me | null>>()
  })

  test('takes an Auth or what makes it', () => {
    expectTypeOf(forNext(() => auth)).toEqualTypeOf<NextAuth<{ plan: 'pro' | 'free' }>>()
  })

  test('calls a route handler as Next does', () => {
    interface NextRequest extends Request {
      readonly nextUrl: URL
    }
    interface Segment {
      readonly params: Promise<{ readonly id: string }>
    }
    const GET = guard(async (request: NextRequest, me, { params }: Segment) => {
      expectTypeOf(me).toEqualTypeOf<Me>()
      return Response.json([request.nextUrl.pathname, (await params).id])
    })
    expectTypeOf(GET).toEqualTypeOf<(request: NextRequest, context: Segment) => Promise<Response>>()
    expectTypeOf(guard((_request, { claims }) => Response.json(claims.plan)))
      .parameter(0)
      .toEqualTypeOf<Request>()
    expectTypeOf(handlers.POST).parameter(0).toEqualTypeOf<Request>()
  })
})
