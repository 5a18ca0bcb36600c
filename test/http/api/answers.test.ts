// What every answer has in common, refusals included: methods, headers, bodies, CORS.

import { describe, expect, test } from 'vitest'
import { createWorld, password, trusted } from '../../support/auth.js'
import type { Reply, Send } from '../../support/client.js'

describe('methods', () => {
  test.each([
    ['GET', '/auth/login', 405, 'POST'],
    ['HEAD', '/auth/login', 405, 'POST'],
    ['PUT', '/auth/me', 405, 'GET, HEAD'],
    ['PATCH', '/auth/sessions', 405, 'GET, HEAD, DELETE'],
    ['GET', '/auth/sessions/abc', 405, 'DELETE'],
    ['POST', '/auth/sessions/abc', 405, 'DELETE'],
    ['OPTIONS', '/auth/me', 405, 'GET, HEAD'],
    ['POST', '/.well-known/jwks.json', 405, 'GET, HEAD'],
    ['GET', '/auth', 404, null],
    ['GET', '/auth/', 404, null],
    ['GET', '/auth/me/', 404, null],
    ['GET', '/auth//me', 404, null],
    ['GET', '/auth/ME', 404, null],
    ['GET', '/auth/%6de', 404, null],
    ['GET', '/auth/me/x.css', 404, null],
    ['GET', '/auth/me;x.css', 404, null],
    ['GET', '/auth/me%2fx.css', 404, null],
    ['DELETE', '/auth/sessions/a/b', 404, null],
    ['DELETE', `/auth/sessions/${'x'.repeat(129)}`, 404, null],
    ['DELETE', '/auth/sessions/%00', 404, null],
    ['GET', '/authentication', 404, null],
    ['GET', '/elsewhere', 404, null],
  ])('%s %s → %i, Allow: %s', async (method, path, status, allow) => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    const reply = await client.send(method, path)
    expect([reply.status, reply.headers.get('allow')]).toEqual([status, allow])
    expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  test.each(['/auth/me', '/auth/sessions', '/.well-known/jwks.json', '/auth/openapi.json'])(
    'HEAD %s is GET without the body',
    async (path) => {
      const world = await createWorld()
      const client = await world.signedIn('session')
      const [get, head] = [await client.send('GET', path), await client.send('HEAD', path)]
      expect([head.status, head.text]).toEqual([get.status, ''])
      const lasting = ({ headers }: Reply): unknown =>
        [...headers].filter(([name]) => name !== 'x-request-id')
      expect(lasting(head)).toEqual(lasting(get))
    },
  )
})

describe('every answer', () => {
  test.each([
    ['200', 'GET', '/auth/me', {}],
    ['204', 'POST', '/auth/logout', {}],
    ['400', 'POST', '/auth/login', { json: {} }],
    ['401', 'POST', '/auth/refresh', { json: {} }],
    ['403', 'POST', '/auth/logout', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['404', 'GET', '/auth/nothing', {}],
    ['404', 'GET', '/nothing of ours', {}],
    ['405', 'PUT', '/auth/me', {}],
    ['415', 'POST', '/auth/login', { text: 'x', headers: { 'content-type': 'text/plain' } }],
  ] as const)('%s to %s %s has the security headers', async (status, method, path, send) => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    const reply = await client.send(method, path, send)
    expect(String(reply.status)).toBe(status)
    expect(Object.fromEntries(reply.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    })
    expect(reply.headers.get('cache-control')).toMatch(/no-store/)
  })

  test('to a trusted page lets it read, whatever the status; to others it does not', async () => {
    const world = await createWorld()
    for (const [method, path, send] of [
      ['GET', '/auth/me', {}],
      ['POST', '/auth/login', { json: { username: 'ada', password } }],
      ['POST', '/auth/login', { json: {} }],
      ['GET', '/auth/nothing', {}],
      ['PUT', '/auth/me', {}],
    ] as const) {
      const from = (origin: string): Send => ({ ...send, headers: { origin } })
      const allowed = await world.client().send(method, path, from(trusted))
      expect(allowed.headers.get('access-control-allow-origin')).toBe(trusted)
      expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
      expect(allowed.headers.get('vary')).toBe('Origin')
      for (const origin of [
        'https://evil.example',
        `${trusted}.evil.example`,
        'null',
        'https://app.example',
      ]) {
        const other = await world.client().send(method, path, from(origin))
        expect(other.headers.get('access-control-allow-origin')).toBeNull()
        expect(other.headers.get('vary')).toBe('Origin')
      }
    }
  })

  test('to a preflight of a trusted page names the methods; a stranger’s is no preflight to us', async () => {
    const world = await createWorld()
    const ask = (origin: string): Send => ({
      headers: {
        origin,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'authorization',
      },
    })
    const reply = await world.client().send('OPTIONS', '/auth/sessions', ask(trusted))
    expect(reply.status).toBe(204)
    expect(reply.headers.get('access-control-allow-methods')).toBe('GET, HEAD, DELETE')
    expect(reply.headers.get('access-control-allow-headers')).toBe('Authorization, Content-Type')
    expect((await world.client().send('OPTIONS', '/auth/sessions', ask('https://evil.example'))).status).toBe(
      405,
    )
  })

  test('to a bearer that is refused challenges as RFC 6750 says, and to nobody without an error code', async () => {
    const world = await createWorld()
    const nobody = await world.client().me()
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    const bad = await world.client().copy({ accessToken: 'junk' }).me()
    expect(bad.headers.get('www-authenticate')).toBe('Bearer realm="sessera", error="invalid_token"')
    const old = await world.signedIn('session')
    world.clock.advance(16 * 60_000)
    const proof = await old.send('DELETE', '/auth/sessions')
    expect(proof.headers.get('www-authenticate')).toContain(
      'error="insufficient_user_authentication", max_age=900',
    )
  })
})

describe('a body', () => {
  const json = 'application/json'
  const good = JSON.stringify({ username: 'ada', password })
  test.each([
    ['as it should be', json, good, 200, undefined],
    ['with a charset', 'application/json; charset=utf-8', good, 200, undefined],
    ['as a form', 'application/x-www-form-urlencoded', 'username=ada', 415, 'unsupported_media_type'],
    ['as text', 'text/plain', good, 415, 'unsupported_media_type'],
    ['as JSON of another kind', 'application/ld+json', good, 415, 'unsupported_media_type'],
    ['that is no JSON', json, '{', 400, 'invalid_request'],
    ['that is empty', json, '', 400, 'invalid_request'],
    ['that is a list', json, `[${good}]`, 400, 'invalid_request'],
    ['with a member twice', json, `{"username":"bob",${good.slice(1)}`, 400, 'invalid_request'],
    ['with a prototype', json, `{"__proto__":{"remember":true},${good.slice(1)}`, 400, 'invalid_request'],
    ['with a member too many', json, `{"admin":true,${good.slice(1)}`, 400, 'invalid_request'],
    ['with a number for a name', json, JSON.stringify({ username: 7, password }), 400, 'invalid_request'],
    [
      'with a query for a password',
      json,
      JSON.stringify({ username: 'ada', password: { $ne: 1 } }),
      400,
      'invalid_request',
    ],
    [
      'with a list for a password',
      json,
      JSON.stringify({ username: 'ada', password: [password] }),
      400,
      'invalid_request',
    ],
    [
      'with a password of 257 letters',
      json,
      JSON.stringify({ username: 'ada', password: 'x'.repeat(257) }),
      400,
      'invalid_request',
    ],
    [
      'beyond 64 KiB',
      json,
      JSON.stringify({ username: 'ada', password: 'x'.repeat(70_000) }),
      413,
      'payload_too_large',
    ],
  ])('%s', async (_how, type, text, status, code) => {
    const world = await createWorld()
    const before = world.passwords.verified.length
    const reply = await world
      .client()
      .send('POST', '/auth/login', { text, headers: { 'content-type': type } })
    expect([reply.status, reply.body.code]).toEqual([status, code])
    if (status !== 200) expect(reply.body.detail).toMatch(/\w \w.*\.$/)
    if (status !== 200) expect(world.passwords.verified).toHaveLength(before)
  })

  test.each([
    [{ username: 'ada', password, admin: true }, '"admin" is not known here. Leave it out.'],
    [{ username: 'ada' }, '"password" is missing.'],
    [{ username: 'ada', password, mode: 'jwt' }, /^"mode": .*"session" \| "token" \| "hybrid".*\.$/],
    [
      { username: 'ada', password, ['x'.repeat(9999)]: 1 },
      `"${'x'.repeat(64)}" is not known here. Leave it out.`,
    ],
  ])('that a schema refuses is answered with the place of the mistake', async (json, sentence) => {
    const world = await createWorld()
    const reply = await world.client().send('POST', '/auth/login', { json })
    if (typeof sentence === 'string') expect(reply.body.detail).toBe(sentence)
    else expect(reply.body.detail).toMatch(sentence)
  })
})

test.each(['access_token=x', 'a=1&access_token=x', 'ACCESS_TOKEN=x', 'refresh_token=x'])(
  'a token in the URL (%s) is refused wherever it is sent',
  async (query) => {
    const world = await createWorld()
    const client = await world.signedIn('session')
    for (const path of ['/auth/me', '/auth/openapi.json', '/.well-known/jwks.json']) {
      const reply = await client.send('GET', `${path}?${query}`)
      expect([reply.status, reply.body.code]).toEqual([400, 'invalid_request'])
    }
    expect((await client.send('GET', '/auth/me?not_access_token=x')).status).toBe(200)
  },
)
