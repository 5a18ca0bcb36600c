// Requests that a browser sends on behalf of a page: of ours, of a trusted origin, of anybody (CSRF, CORS).

import { expect, it } from 'vitest'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import { origin, password, trusted } from '../../support/auth.js'
import type { Fixture } from '../fixture.js'
import { jsonOf, problem, setUp } from '../stage.js'

type From = Readonly<Record<string, string>>

const stranger = 'https://evil.example'
const ours: From = { origin, 'sec-fetch-site': 'same-origin' }
const partner: From = { origin: trusted, 'sec-fetch-site': 'cross-site' }

const foreign: readonly (readonly [who: string, from: From])[] = [
  ['another site', { origin: stranger, 'sec-fetch-site': 'cross-site' }],
  ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ['another site in an old browser', { origin: stranger }],
]

const transfer = { json: { amount: 5 } }

export function pages(fixture: Fixture): void {
  it.each(foreign)('%s may not act with a cookie, but with a token of its own', async (_, headers) => {
    const { signedIn, app } = await setUp(fixture)
    for (const mode of ['session', 'hybrid'] as const) {
      const person = await signedIn(mode)
      expect(await person.send('POST', '/transfer', { ...transfer, headers })).toMatchObject(
        problem(403, 'origin_refused'),
      )
    }
    const reply = await (await signedIn('token')).send('POST', '/transfer', { ...transfer, headers })
    expect({ status: reply.status, json: jsonOf(reply) }).toEqual({
      status: 200,
      json: { from: 'ada', amount: 5 },
    })
    expect(app.failures).toEqual([])
  })

  it.each(foreign)('%s may neither sign in nor out nor up', async (_, headers) => {
    const { client, signedIn } = await setUp(fixture)
    const person = await signedIn('session')
    const forms: readonly [string, object][] = [
      ['/login', { username: 'ada', password }],
      ['/register', { username: 'eve', password }],
      ['/auth/login', { username: 'ada', password }],
    ]
    for (const [path, json] of forms) {
      const reply = await client().send('POST', path, { json, headers })
      expect(reply).toMatchObject({ ...problem(403, 'origin_refused'), setCookies: [] })
    }
    for (const path of ['/logout', '/auth/logout']) {
      expect(await person.send('POST', path, { headers })).toMatchObject(problem(403, 'origin_refused'))
    }
    expect((await person.send('GET', '/me')).status).toBe(200)
  })

  it.each<[who: string, from: From]>([
    ['our own page', ours],
    ['a page of a trusted origin', partner],
    ['what is no browser', {}],
  ])('%s may', async (_, headers) => {
    const { client, signedIn } = await setUp(fixture)
    const reply = await (await signedIn('hybrid')).send('POST', '/transfer', { ...transfer, headers })
    expect({ status: reply.status, json: jsonOf(reply) }).toEqual({
      status: 200,
      json: { from: 'ada', amount: 5 },
    })
    const person = client()
    expect(
      (await person.send('POST', '/login', { json: { username: 'ada', password }, headers })).status,
    ).toBe(200)
    expect((await person.send('POST', '/logout', { headers })).status).toBe(200)
  })

  it.each<[path: string, status: number]>([
    ['/public', 200],
    ['/me', 401],
    ['/unguarded', 401],
    ['/auth/me', 401],
    ['/nowhere', 404],
  ])('only a trusted origin may read the answer of %s', async (path, status) => {
    const { client } = await setUp(fixture)
    const allowed = await client().send('GET', path, { headers: partner })
    expect(allowed.status).toBe(status)
    expect(allowed.headers.get('access-control-allow-origin')).toBe(trusted)
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
    expect(allowed.headers.get('vary')).toMatch(/\borigin\b/i)

    const refused = await client().send('GET', path, { headers: { origin: stranger } })
    expect(refused.status).toBe(status)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
    expect(refused.headers.get('vary')).toMatch(/\borigin\b/i)
    expect((await client().send('GET', path)).headers.get('vary')).toMatch(/\borigin\b/i)
  })

  it('only a trusted origin may read what went wrong', async () => {
    const { signedIn } = await setUp(fixture)
    const reply = await (await signedIn('token')).send('GET', '/boom', { headers: partner })
    expect(reply.status).toBe(500)
    expect(reply.headers.get('access-control-allow-origin')).toBe(trusted)
  })

  it.each([['/transfer'], ['/login'], ['/auth/login'], ['/nowhere']])(
    'the preflight for %s is answered to a trusted origin alone',
    async (path) => {
      const { client } = await setUp(fixture)
      const preflight = (from: string) =>
        client().send('OPTIONS', path, {
          headers: {
            origin: from,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          },
        })
      const allowed = await preflight(trusted)
      if (path !== '/auth/login')
        expect(allowed.headers.get('access-control-allow-methods')).toContain('DELETE')
      expect(allowed).toMatchObject({ status: 204, text: '' })
      expect(allowed.headers.get('access-control-allow-origin')).toBe(trusted)
      expect(allowed.headers.get('access-control-allow-methods')).toContain('POST')
      expect(allowed.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type')
      expect(allowed.headers.get('vary')).toMatch(/\borigin\b/i)

      const refused = await preflight(stranger)
      for (const what of ['origin', 'methods', 'headers', 'credentials'])
        expect(refused.headers.get(`access-control-allow-${what}`)).toBeNull()
    },
  )

  it.each<[mode: Mode]>([['session'], ['hybrid']])('reading needs no origin in %s mode', async (mode) => {
    const { signedIn } = await setUp(fixture)
    const reply = await (await signedIn(mode)).send('GET', '/me', { headers: { origin: stranger } })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('access-control-allow-origin')).toBeNull()
  })
}
