// Requests that no honest client sends: malformed, doubled and oversized credentials, two people in one, broken bodies.

import { expect, it } from 'vitest'
import type { Lines } from '../../http/raw-request.js'
import { password } from '../../support/auth.js'
import type { Fixture } from '../fixture.js'
import { jsonOf, problem, setUp } from '../stage.js'

const session = '__Host-sessera-session'
const handle = 'A'.repeat(72)

const hopeless: readonly (readonly [what: string, headers: Lines, status: number, code: string])[] = [
  ['an empty cookie', [['Cookie', `${session}=`]], 401, 'unauthenticated'],
  ['a made-up handle', [['Cookie', `${session}=${handle}`]], 401, 'unauthenticated'],
  ['a quoted handle', [['Cookie', `${session}="${handle}"`]], 401, 'unauthenticated'],
  ['broken escapes', [['Cookie', `${session}=%E0%A4%A; x=%`]], 401, 'unauthenticated'],
  ['a cookie of 12 kB', [['Cookie', `${session}=${'A'.repeat(12_000)}`]], 401, 'unauthenticated'],
  ['the name in another case', [['Cookie', `__host-Sessera-Session=${handle}`]], 401, 'unauthenticated'],
  [
    'a cookie twice',
    [['Cookie', `${session}=${handle}; ${session}=${handle}`]],
    400,
    'ambiguous_credentials',
  ],
  [
    'a cookie in two headers',
    [
      ['Cookie', `${session}=${handle}`],
      ['Cookie', `${session}=${handle}`],
    ],
    400,
    'ambiguous_credentials',
  ],
  ['a token of no shape', [['Authorization', 'Bearer two words']], 401, 'invalid_token'],
  ['a token of nothing', [['Authorization', 'Bearer ']], 401, 'invalid_token'],
  ['a token of 12 kB', [['Authorization', `Bearer ${'A'.repeat(12_000)}`]], 401, 'invalid_token'],
  ['another scheme', [['Authorization', 'Basic YWRhOmFkYQ==']], 401, 'unauthenticated'],
  [
    'two Authorization headers',
    [
      ['Authorization', 'Bearer one'],
      ['Authorization', 'Bearer two'],
    ],
    400,
    'ambiguous_credentials',
  ],
]

export function strangeRequests(fixture: Fixture): void {
  it.each(hopeless)('with %s are refused by guard and API', async (_, headers, status, code) => {
    const { app, send, client } = await setUp(fixture)
    for (const path of ['/me', '/auth/me']) {
      const answer = await send({ path, headers })
      expect({ status: answer.status, body: JSON.parse(answer.body) }).toMatchObject(problem(status, code))
      expect(answer.all('set-cookie')).toEqual([])
    }
    expect(app.failures).toEqual([])
    expect((await client().send('GET', '/public')).status).toBe(200)
  })

  it('too long for any server leave it standing', async () => {
    const { send, client } = await setUp(fixture)
    expect((await send({ path: '/me', headers: [['Cookie', `x=${'y'.repeat(40_000)}`]] })).status).toBe(431)
    expect((await client().send('GET', '/public')).status).toBe(200)
  })

  it('with the valid session twice, or with junk beside it, are no way around', async () => {
    const { send, signedIn } = await setUp(fixture)
    const Cookie = (await signedIn('session')).headers()['cookie'] ?? ''
    const status = async (headers: Lines) => (await send({ path: '/me', headers })).status
    expect(await status([['Cookie', Cookie]])).toBe(200)
    expect(await status([['Cookie', `theme=dark; ${Cookie}; lang=en`]])).toBe(200)
    expect(await status([['Cookie', `${Cookie}; ${Cookie}`]])).toBe(400)
    expect(
      await status([
        ['Cookie', Cookie],
        ['Cookie', Cookie],
      ]),
    ).toBe(400)
  })

  it('of two people at once are refused', async () => {
    const { app, signedIn } = await setUp(fixture)
    const [ada, root] = [await signedIn('session'), await signedIn('token', 'root')]
    const both = { ...ada.headers(), ...root.headers(), cookie: ada.headers()['cookie'] ?? '' }
    expect(await ada.send('GET', '/me', { headers: both })).toMatchObject(
      problem(400, 'ambiguous_credentials'),
    )
    expect(await ada.send('GET', '/admin', { headers: both })).toMatchObject(
      problem(400, 'ambiguous_credentials'),
    )
    expect(await ada.send('GET', '/maybe', { headers: both })).toMatchObject(
      problem(400, 'ambiguous_credentials'),
    )
    expect(app.failures).toEqual([])
  })

  it.each<[what: string, text: string]>([
    ['broken JSON', '{"amount":'],
    ['nothing that is JSON', 'amount=5'],
  ])('with %s are answered with 400 by app and API', async (_, text) => {
    const { client, signedIn } = await setUp(fixture)
    expect((await (await signedIn('token')).send('POST', '/transfer', { text })).status).toBe(400)
    expect((await client().send('POST', '/login', { text })).status).toBe(400)
    expect(await client().send('POST', '/auth/login', { text })).toMatchObject(
      problem(400, 'invalid_request'),
    )
    expect((await client().login('ada', password)).status).toBe(200)
  })

  it('with a form where JSON is asked are refused by the API', async () => {
    const { client } = await setUp(fixture)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const reply = await client().send('POST', '/auth/login', { text: 'username=ada', headers })
    expect(reply).toMatchObject(problem(415, 'unsupported_media_type'))
  })

  it('with a body that is too long are refused by the API', async () => {
    const { client } = await setUp(fixture)
    const json = { username: 'ada', password: 'x'.repeat(100_000) }
    expect(await client().send('POST', '/auth/login', { json })).toMatchObject(
      problem(413, 'payload_too_large'),
    )
    expect((await client().login('ada', password)).status).toBe(200)
  })

  it('to paths below the API that do not exist, or by other methods, are not passed on to the app', async () => {
    const { client } = await setUp(fixture)
    expect(await client().send('GET', '/auth/nothing')).toMatchObject(problem(404, 'not_found'))
    expect(await client().send('GET', '/auth/login')).toMatchObject(problem(405, 'method_not_allowed'))
    expect(await client().send('DELETE', '/auth/login')).toMatchObject(problem(405, 'method_not_allowed'))
  })

  it('to the documents for other libraries are answered', async () => {
    const { client } = await setUp(fixture)
    const keys = await client().send('GET', '/.well-known/jwks.json')
    expect({ status: keys.status, json: jsonOf(keys) }).toMatchObject({ status: 200, json: { keys: [{}] } })
  })
}
