// What others need to check our tokens: over a socket, with a library from other hands.

import { createRemoteJWKSet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { createWorld, origin } from '../../support/auth.js'
import { serve } from '../../support/server.js'

describe.each(['EdDSA', 'ES256', 'RS256'] as const)('with %s', (algorithm) => {
  test('jose verifies our token by the keys that we publish', async () => {
    // A token is checked by the real time here.
    const world = await createWorld({ tokens: { algorithm } })
    world.clock.setWall(Date.now())
    const { port } = await serve(world)
    const client = await world.signedIn('token')
    const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${port}/.well-known/jwks.json`))
    const { payload, protectedHeader } = await jwtVerify(client.held.accessToken ?? '', keys, {
      issuer: origin,
      audience: origin,
      typ: 'at+jwt',
      algorithms: [algorithm],
      requiredClaims: [
        'iss',
        'sub',
        'aud',
        'exp',
        'iat',
        'jti',
        'client_id',
        'sid',
        'epoch',
        'revision',
        'auth_time',
        'amr',
      ],
    })
    const me = (await client.me()).body
    expect(payload).toMatchObject({
      sub: me.id,
      sid: me.sessionId,
      roles: ['teller'],
      preferred_username: 'ada',
    })
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid', 'typ'])
    const [head, body, signature = ''] = (client.held.accessToken ?? '').split('.')
    const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    await expect(jwtVerify(forged, keys)).rejects.toThrow()
  })

  test('the keys are public, named, and for signatures', async () => {
    const world = await createWorld({ tokens: { algorithm } })
    const { port } = await serve(world)
    const response = await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    const { keys }: { keys: readonly Readonly<Record<string, string>>[] } = JSON.parse(await response.text())
    expect(keys).toHaveLength(1)
    for (const key of keys) {
      expect(key).toMatchObject({ use: 'sig', alg: algorithm, kid: expect.stringMatching(/^[\w-]{43}$/) })
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'])
        expect(key).not.toHaveProperty(secret)
    }
  })
})

test('a secret key is never published', async () => {
  const world = await createWorld({ tokens: { algorithm: 'HS256' } })
  expect((await world.client().send('GET', '/.well-known/jwks.json')).body).toEqual({ keys: [] })
  expect((await (await world.signedIn('token')).me()).status).toBe(200)
})

test('the metadata names the issuer of the configuration, whatever the Host header says', async () => {
  const world = await createWorld()
  const server = await serve(world)
  const answer = await server.send({
    path: '/.well-known/oauth-authorization-server',
    headers: [
      ['X-Forwarded-Host', 'evil.example'],
      ['X-Forwarded-Proto', 'http'],
    ],
  })
  expect(JSON.parse(answer.body)).toEqual({
    issuer: origin,
    jwks_uri: `${origin}/.well-known/jwks.json`,
    response_types_supported: [],
    grant_types_supported: [],
  })
  expect(answer.all('cache-control')).toEqual(['public, max-age=300'])
})
