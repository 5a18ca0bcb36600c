// What guards let pass, what they refuse, and how a handler learns who it is.

import { expect, it } from 'vitest'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import { password } from '../../support/auth.js'
import type { Fixture } from '../fixture.js'
import { jsonOf, problem, setUp } from '../stage.js'

const sixMinutes = 6 * 60 * 1000

export function guards(fixture: Fixture): void {
  it('refuse a stranger with a problem document that says which scheme would do', async () => {
    const { client, app } = await setUp(fixture)
    const reply = await client().send('GET', '/me')
    expect(reply).toMatchObject({ ...problem(401, 'unauthenticated'), setCookies: [] })
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(reply.headers.get('x-request-id')).toMatch(/./)
    expect(app.failures).toEqual([])
  })

  it('tell a client with a bad token that a refresh would help', async () => {
    const { client } = await setUp(fixture)
    const reply = await client().send('GET', '/me', { headers: { authorization: 'Bearer nonsense' } })
    expect(reply).toMatchObject(problem(401, 'invalid_token'))
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="sessera", error="invalid_token"')
  })

  it.each<[mode: Mode]>([['session'], ['token'], ['hybrid']])(
    'let %s mode in, the second time from memory',
    async (mode) => {
      const { world, signedIn } = await setUp(fixture)
      const person = await signedIn(mode)
      await person.send('GET', '/me')
      world.store.forget()
      const reply = await person.send('GET', '/me')
      expect(jsonOf(reply)).toEqual({ username: 'ada', plan: 'pro' })
      expect(world.store.calls.filter((name) => name.startsWith('sessions.'))).toEqual([])
      expect(reply.setCookies).toEqual([])
    },
  )

  it('refuse who lacks the role, and admit who has it', async () => {
    const { signedIn } = await setUp(fixture)
    expect(await (await signedIn('session')).send('GET', '/admin')).toMatchObject(problem(403, 'forbidden'))
    const root = await (await signedIn('session', 'root')).send('GET', '/admin')
    expect({ status: root.status, json: jsonOf(root) }).toEqual({ status: 200, json: { username: 'root' } })
  })

  it('ask for a recent proof, and say how recent', async () => {
    const { world, signedIn } = await setUp(fixture)
    const person = await signedIn('session')
    expect(jsonOf(await person.send('GET', '/fresh'))).toEqual({ username: 'ada' })
    world.clock.advance(sixMinutes)
    const late = await person.send('GET', '/fresh')
    expect(late).toMatchObject(problem(401, 'reauthentication_required'))
    expect(late.headers.get('www-authenticate')).toBe(
      'Bearer realm="sessera", error="insufficient_user_authentication", max_age=300',
    )
    expect((await person.reauthenticate(password)).status).toBe(200)
    expect((await person.send('GET', '/fresh')).status).toBe(200)
  })

  it('take the modes that the route accepts, and no other', async () => {
    const { signedIn } = await setUp(fixture)
    expect(jsonOf(await (await signedIn('token')).send('GET', '/token-only'))).toEqual({ username: 'ada' })
    for (const mode of ['session', 'hybrid'] as const) {
      const person = await signedIn(mode)
      expect(await person.send('GET', '/token-only')).toMatchObject(problem(403, 'mode_refused'))
    }
  })

  it('stand in a row without harm', async () => {
    const { client, signedIn } = await setUp(fixture)
    expect(jsonOf(await (await signedIn('hybrid')).send('GET', '/twice'))).toEqual({ username: 'ada' })
    expect(await client().send('GET', '/twice')).toMatchObject(problem(401, 'unauthenticated'))
  })

  it('refuse at once when a session has ended, and when a user is disabled', async () => {
    const { world, signedIn, rootId } = await setUp(fixture)
    const [person, root] = [await signedIn('token'), await signedIn('hybrid', 'root')]
    const { sessionId } = (await person.me()).body
    expect((await root.send('GET', '/me')).status).toBe(200)
    await world.auth.sessions.end(sessionId ?? '')
    await world.auth.users.disable(rootId)
    expect((await person.send('GET', '/me')).status).toBe(401)
    expect((await root.send('GET', '/me')).status).toBe(401)
  })

  it('answer 503 while the store cannot tell, and let nobody in', async () => {
    const { world, client, app } = await setUp(fixture)
    const person = client()
    await person.login('ada', password)
    world.store.meddle(() => Promise.reject(new Error('the disk is on fire')))
    const reply = await person.send('GET', '/fresh')
    expect(reply).toMatchObject(problem(503, 'unavailable'))
    expect(reply.text).not.toContain('fire')
    world.store.meddle(null)
    expect((await person.send('GET', '/fresh')).status).toBe(200)
    expect(app.failures).toEqual([])
  })

  it('are not needed where everybody is welcome', async () => {
    const { client, signedIn } = await setUp(fixture)
    const asked = async (headers = {}) => jsonOf(await client().send('GET', '/maybe', { headers }))
    expect(await asked()).toEqual({ username: null })
    expect(await asked({ authorization: 'Bearer nonsense' })).toEqual({ username: null })
    expect(jsonOf(await (await signedIn('token')).send('GET', '/maybe'))).toEqual({ username: 'ada' })
  })

  it('answer HEAD like GET, without a body', async () => {
    const { client, signedIn } = await setUp(fixture)
    const person = await signedIn('session')
    for (const path of ['/me', '/auth/me']) {
      expect(await person.send('HEAD', path)).toMatchObject({ status: 200, text: '' })
      const refused = await client().send('HEAD', path)
      expect(refused).toMatchObject({ status: 401, text: '' })
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    }
  })
}
