// Forward authentication over real sockets, as reverse proxies ask it.

import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createWorld, origin, type World, type WorldOptions } from '../../support/auth.js'
import type { Client } from '../../support/client.js'
import { serve, type WebServer } from '../../support/server.js'

const proxied: WorldOptions = { trustedProxies: ['loopback'] }

function lines(
  client: Client,
  more: Readonly<Record<string, string>> = {},
): readonly (readonly [string, string])[] {
  return Object.entries({ ...client.headers(), ...more })
}

async function worldAndServer(
  options: WorldOptions,
): Promise<{ readonly world: World; readonly server: WebServer }> {
  const world = await createWorld(options)
  return { world, server: await serve(world) }
}

test('204 tells who it is, percent-encoded', async () => {
  const { world, server } = await worldAndServer(proxied)
  await world.addUser('Zoë, the 2nd %', ['a,b', 'c%'])
  const client = await world.signedIn('token', 'Zoë, the 2nd %')
  const me = (await client.me()).body
  const answer = await server.send({ path: '/auth/verify', headers: lines(client) })
  expect([answer.status, answer.body]).toEqual([204, ''])
  expect(answer.all('x-auth-user-id')).toEqual([me.id])
  expect(answer.all('x-auth-user')).toEqual(['Zo%C3%AB%2C%20the%202nd%20%25'])
  expect(answer.all('x-auth-roles')).toEqual(['a%2Cb,c%25'])
  expect(answer.all('x-auth-session')).toEqual([me.sessionId])
  expect(answer.all('cache-control')).toEqual(['no-store'])
})

test('a cookie that is due comes with the answer', async () => {
  const { world, server } = await worldAndServer(proxied)
  const client = await world.signedIn('hybrid')
  world.clock.advance(300_000)
  const answer = await server.send({
    path: '/auth/verify',
    headers: lines(client, { 'x-forwarded-method': 'GET' }),
  })
  expect(answer.status).toBe(204)
  expect(answer.all('set-cookie').some((cookie) => cookie.startsWith('__Host-sessera-access=ey'))).toBe(true)
})

describe('the original method', () => {
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  test.each([
    [{ 'x-forwarded-method': 'GET' }, proxied, 204],
    [{ 'x-original-method': 'HEAD' }, proxied, 204],
    [{ 'x-forwarded-method': 'POST' }, proxied, 403],
    [{ 'x-forwarded-method': 'get' }, proxied, 403],
    [{}, proxied, 403],
    // Whoever is no proxy of ours may say what they like.
    [{ 'x-forwarded-method': 'GET' }, {}, 403],
    [{ 'x-forwarded-method': 'GET' }, { trustedProxies: ['10.0.0.0/8'] }, 403],
  ])('%j with %j: a foreign page’s request by cookie is answered %i', async (told, options, status) => {
    const { world, server } = await worldAndServer(options)
    const client = await world.signedIn('session')
    const answer = await server.send({ path: '/auth/verify', headers: lines(client, { ...evil, ...told }) })
    expect(answer.status).toBe(status)
    expect(answer.all('x-auth-user-id')).toHaveLength(status === 204 ? 1 : 0)
  })

  test.each([
    ['a foreign page', evil, 403],
    ['a page of our own', { origin, 'sec-fetch-site': 'same-origin' }, 204],
    ['no page', {}, 204],
  ])(
    'does not make a mere GET of the WebSocket of %s, though proxies drop Upgrade',
    async (_, page, status) => {
      const { world, server } = await worldAndServer(proxied)
      const client = await world.signedIn('session')
      const handshake = { 'x-forwarded-method': 'GET', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
      const headers = lines(client, { ...handshake, ...page })
      expect((await server.send({ path: '/auth/verify', headers })).status).toBe(status)
    },
  )

  test('told twice is not told', async () => {
    const { world, server } = await worldAndServer(proxied)
    const client = await world.signedIn('session')
    const twice = [['X-Forwarded-Method', 'GET'] as const, ['X-Forwarded-Method', 'GET'] as const]
    const answer = await server.send({ path: '/auth/verify', headers: [...lines(client, evil), ...twice] })
    expect(answer.status).toBe(403)
  })

  test('does not matter to a bearer token, which no page can make a browser send', async () => {
    const { world, server } = await worldAndServer(proxied)
    const client = await world.signedIn('token')
    const answer = await server.send({ path: '/auth/verify', headers: lines(client, evil) })
    expect(answer.status).toBe(204)
  })

  test('our own page’s unsafe request by cookie passes', async () => {
    const { world, server } = await worldAndServer(proxied)
    const client = await world.signedIn('session')
    const own = { 'x-forwarded-method': 'POST', 'sec-fetch-site': 'same-origin' }
    expect((await server.send({ path: '/auth/verify', headers: lines(client, own) })).status).toBe(204)
  })
})

describe('nothing but 204, 401, 403 and 503 is answered', () => {
  test.each([
    ['nobody', 401, '/auth/verify', []],
    ['a bad token', 401, '/auth/verify', [['Authorization', 'Bearer junk']]],
    [
      'two tokens',
      401,
      '/auth/verify',
      [
        ['Authorization', 'Bearer a.b.c'],
        ['Authorization', 'Bearer a.b.c'],
      ],
    ],
    [
      'a cookie twice',
      401,
      '/auth/verify',
      [['Cookie', '__Host-sessera-session=a; __Host-sessera-session=b']],
    ],
    ['a token in the URL', 401, '/auth/verify?access_token=x', []],
  ] as const)('%s: %i', async (_who, status, path, headers) => {
    const { server } = await worldAndServer(proxied)
    expect((await server.send({ path, headers })).status).toBe(status)
  })

  test('two identities: 401', async () => {
    const { world, server } = await worldAndServer(proxied)
    await world.addUser('bob')
    const [ada, bob] = [await world.signedIn('session'), await world.signedIn('token', 'bob')]
    const headers = lines(ada.copy({ accessToken: bob.held.accessToken }))
    expect((await server.send({ path: '/auth/verify', headers })).status).toBe(401)
  })

  test('a store that fails: 503', async () => {
    const { world, server } = await worldAndServer(proxied)
    const client = await world.signedIn('session')
    world.store.meddle(async () => {
      throw new Error('The disk is gone.')
    })
    const answer = await server.send({ path: '/auth/verify', headers: lines(client) })
    expect(answer.status).toBe(503)
    expect(answer.body).not.toContain('disk')
  })
})

test('a body that is announced and never sent is not waited for', async () => {
  const { world, server } = await worldAndServer(proxied)
  const client = await world.signedIn('token')
  const status = await new Promise<string>((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1')
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1').slice(0, 12))
      socket.destroy()
    })
    socket.once('error', reject)
    const head = [
      'GET /auth/verify HTTP/1.1',
      'Host: app.example',
      'Content-Length: 1000',
      'Content-Type: text/plain',
    ]
    const headers = lines(client).map(([name, value]) => `${name}: ${value}`)
    socket.write([...head, ...headers, '', ''].join('\r\n'))
  })
  expect(status).toBe('HTTP/1.1 204')
})
