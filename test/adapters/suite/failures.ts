// Whose failure it is decides who answers: refusals are ours, everything else is the app's, in the framework's own path.

import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { password } from '../../support/auth.js'
import type { Fixture } from '../fixture.js'
import { jsonOf, problem, setUp } from '../stage.js'

export function failures(fixture: Fixture): void {
  it('of the app reach its own error handler unchanged', async () => {
    const { app, signedIn } = await setUp(fixture)
    const reply = await (await signedIn('session')).send('GET', '/boom')
    expect({ status: reply.status, json: jsonOf(reply) }).toEqual({ status: 500, json: { error: 'the app' } })
    expect(app.failures).toEqual([new Error('boom')])
  })

  it('of the app are not reached by who is refused', async () => {
    const { app, client } = await setUp(fixture)
    expect((await client().send('GET', '/boom')).status).toBe(401)
    expect(app.failures).toEqual([])
  })

  it('to put a guard before the handler are told to the developer', async () => {
    const { app, signedIn } = await setUp(fixture)
    const reply = await (await signedIn('session')).send('GET', '/unguarded')
    expect(reply).toMatchObject(problem(401, 'unauthenticated'))
    expect(reply.body.detail).toBe('Nobody has passed a guard here. Put guard() before this handler.')
    expect(app.failures).toEqual([])
  })

  it('are told in the words of the app where it has some; status and headers are there already', async () => {
    const { client, signedIn } = await setUp(fixture, { onRefused: true })
    const stranger = await client().send('GET', '/me')
    expect({ status: stranger.status, json: jsonOf(stranger) }).toEqual({
      status: 401,
      json: { refused: 'unauthenticated' },
    })
    expect(stranger.headers.get('content-type')).toMatch(/^application\/json\b/)
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(stranger.headers.get('cache-control')).toBe('no-store')
    expect(stranger.headers.get('x-request-id')).toMatch(/./)
    const forbidden = await (await signedIn('session')).send('GET', '/admin')
    expect({ status: forbidden.status, json: jsonOf(forbidden) }).toEqual({
      status: 403,
      json: { refused: 'forbidden' },
    })
  })

  it.each<[path: string, json: object | null, status: number, code: string]>([
    ['/login', { username: 'ada', password: `not ${password}` }, 401, 'invalid_credentials'],
    ['/login', {}, 400, 'invalid_request'],
    ['/register', { username: 'ada', password }, 409, 'username_taken'],
    ['/unguarded', null, 401, 'unauthenticated'],
  ])('of %s with %j too', async (path, json, status, code) => {
    const { client } = await setUp(fixture, { onRefused: true })
    const reply = await client().send(json === null ? 'GET' : 'POST', path, json === null ? {} : { json })
    expect({ status: reply.status, json: jsonOf(reply) }).toEqual({ status, json: { refused: code } })
  })

  it('of the API keep their shape', async () => {
    const { client } = await setUp(fixture, { onRefused: true })
    expect(await client().send('GET', '/auth/me')).toMatchObject(problem(401, 'unauthenticated'))
  })

  it('of the server are kept from the words of the app', async () => {
    const { world, signedIn } = await setUp(fixture, { onRefused: true })
    const person = await signedIn('session')
    world.store.meddle(() => Promise.reject(new Error('the disk is on fire')))
    expect(await person.send('GET', '/fresh')).toMatchObject(problem(503, 'unavailable'))
  })

  it.each<[path: string]>([['/transfer'], ['/auth/login']])(
    'of a client that hangs up in the middle of %s harm nobody',
    async (path) => {
      const { app, signedIn } = await setUp(fixture)
      const person = await signedIn('token')
      const { authorization } = person.headers()
      for (let times = 0; times < 3; times++) {
        await hangUp(
          app.port,
          [
            `POST ${path} HTTP/1.1`,
            'Host: app.example',
            `Authorization: ${authorization}`,
            'Content-Type: application/json',
            'Content-Length: 500',
            '',
            '{"username":',
          ].join('\r\n'),
        )
      }
      expect((await person.send('GET', '/me')).status).toBe(200)
    },
  )

  it('of a client that hangs up in the middle of an answer harm nobody', async () => {
    const { app, signedIn } = await setUp(fixture)
    const person = await signedIn('token')
    const { authorization } = person.headers()
    for (const path of ['/stream', '/file']) {
      const lines = [`GET ${path} HTTP/1.1`, 'Host: app.example', `Authorization: ${authorization}`, '', '']
      await hangUp(app.port, lines.join('\r\n'), 'data')
    }
    expect((await person.send('GET', '/me')).status).toBe(200)
  })
}

/** Sends the bytes and leaves: as soon as they are sent, or at the first of the answer. */
function hangUp(port: number, bytes: string, when: 'sent' | 'data' = 'sent'): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject).once('close', () => resolve())
    const leave = (): void => void socket.resetAndDestroy()
    if (when === 'data') socket.once('data', leave)
    socket.write(bytes, () => {
      if (when === 'sent') leave()
    })
  })
}
