// Two credentials in one request are for one identity, or refused; never merged, never guessed between.

import { describe, expect, test } from 'vitest'
import { modes } from '../../../packages/sessera/src/domain/principal.js'
import { createWorld, setUps } from '../../support/auth.js'

describe.each(setUps)('on $name', ({ create }) => {
  test.each(['session', 'hybrid'] as const)('a %s cookie of ada and a token of bob: 400', async (mode) => {
    const world = await create()
    await world.addUser('bob')
    const cookie = await world.signedIn(mode)
    const token = await world.signedIn('token', 'bob')
    await cookie.me()
    await token.me()
    const reply = await cookie.copy({ accessToken: token.held.accessToken }).me()
    expect([reply.status, reply.body.code]).toEqual([400, 'ambiguous_credentials'])
    expect(reply.setCookies).toEqual([])
  })

  test('a cookie and a token of one user: the token speaks, and the rules for cookies hold', async () => {
    const world = await create()
    const cookie = await world.signedIn('session')
    const token = await world.signedIn('token')
    const both = cookie.copy({ accessToken: token.held.accessToken })
    const { sessionId } = (await token.me()).body
    expect((await both.me()).body).toMatchObject({ mode: 'token', sessionId })
    const reply = await both.send('DELETE', '/auth/sessions', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(reply.body.code).toBe('origin_refused')
    const onAnyRoute = world.auth.authenticate(
      { ...both.headers(), 'sec-fetch-site': 'cross-site' },
      {},
      { method: 'POST' },
    )
    await expect(onAnyRoute).rejects.toMatchObject({ code: 'origin_refused' })
  })

  test('a valid cookie does not save a bad token', async () => {
    const world = await create()
    const cookie = await world.signedIn('session')
    expect((await cookie.copy({ accessToken: 'junk' }).me()).body.code).toBe('invalid_token')
    const ended = await world.signedIn('token')
    await ended.copy().logout()
    expect((await cookie.copy({ accessToken: ended.held.accessToken }).me()).body.code).toBe('invalid_token')
  })

  test('a dead cookie beside a valid token is nobody’s', async () => {
    const world = await create()
    const cookie = await world.signedIn('session')
    await cookie.copy().logout()
    const token = await world.signedIn('token')
    expect((await token.copy({ cookies: cookie.held.cookies }).me()).status).toBe(200)
  })
})

test('in every pair of modes each credential serves as nothing but itself', async () => {
  const world = await createWorld()
  for (const mode of modes) {
    const client = await world.signedIn(mode)
    const { held } = client
    const handle = held.refreshToken ?? client.cookie('session') ?? ''
    const access = held.accessToken ?? client.cookie('access')
    const tries = [
      { name: 'a handle as bearer', as: { accessToken: handle, cookies: {} } },
      {
        name: 'a handle as access cookie',
        as: { accessToken: null, cookies: { '__Host-sessera-access': handle } },
      },
      {
        name: 'a bearer as session cookie',
        as: { accessToken: null, cookies: { '__Host-sessera-session': access ?? 'junk' } },
      },
      ...(mode === 'token'
        ? [
            {
              name: 'a refresh token as session cookie',
              as: { accessToken: null, cookies: { '__Host-sessera-session': handle } },
            },
            {
              name: 'a bearer as access cookie',
              as: { accessToken: null, cookies: { '__Host-sessera-access': access ?? '' } },
            },
          ]
        : [{ name: 'a cookie’s token as bearer', as: { accessToken: access ?? 'junk', cookies: {} } }]),
    ]
    for (const { name, as } of tries)
      expect([mode, name, (await client.copy(as).me()).status]).toEqual([mode, name, 401])
    if (mode !== 'token') {
      const reply = await client.send('POST', '/auth/refresh', { json: { refresh_token: handle } })
      expect([mode, reply.status]).toEqual([mode, 401])
    }
  }
})
