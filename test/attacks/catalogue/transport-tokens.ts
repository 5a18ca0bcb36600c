// Lines 33 to 35: a token counts in one place alone, the Authorization header, and there once.

import type { Attack } from './attack.js'
import { me, type Refusal, refused, type Scene, writesNothing } from './refusal.js'

const form: readonly [string, string] = ['Content-Type', 'application/x-www-form-urlencoded']

const headers: readonly Refusal[] = [
  {
    line: '33',
    what: 'two Authorization headers, the same',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token }) => me(['Authorization', `Bearer ${token}`], ['Authorization', `Bearer ${token}`]),
  },
  {
    line: '33',
    what: 'two Authorization headers, the second good',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token }) => me(['Authorization', 'Bearer x'], ['authorization', `Bearer ${token}`]),
  },
  {
    line: '33',
    what: 'two Authorization headers, the first good',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token }) => me(['AUTHORIZATION', `Bearer ${token}`], ['Authorization', 'Bearer x']),
  },
  {
    line: '33',
    what: 'an empty Authorization header before a good one',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token }) => me(['Authorization', ''], ['Authorization', `Bearer ${token}`]),
  },
  {
    line: '33',
    what: 'Basic first, Bearer second',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token }) => me(['Authorization', 'Basic eDp5'], ['Authorization', `Bearer ${token}`]),
  },
  {
    line: '33',
    what: 'Bearer first, Basic second, on a route that changes something',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token }) => ({
      method: 'DELETE',
      path: '/auth/sessions',
      headers: [
        ['Authorization', `Bearer ${token}`],
        ['Authorization', 'Basic eDp5'],
      ],
    }),
  },
  {
    line: '33',
    what: 'two Authorization headers beside a live session cookie',
    status: 400,
    code: 'ambiguous_credentials',
    send: ({ token, cookie: { name, value } }) =>
      me(['Cookie', `${name}=${value}`], ['Authorization', 'Bearer x'], ['Authorization', `Bearer ${token}`]),
  },
  {
    line: '33',
    what: 'two Authorization headers, asked on behalf of a reverse proxy',
    status: 401,
    send: ({ token }) => ({ ...twice(token), path: '/auth/verify' }),
  },
  {
    line: '33',
    what: 'two tokens in one header',
    status: 401,
    code: 'invalid_token',
    send: ({ token }) => me(['Authorization', `Bearer x, Bearer ${token}`]),
  },
  {
    line: '33',
    what: 'headers that are nearly Authorization',
    status: 401,
    send: ({ token }) =>
      me(
        ...[
          'Proxy-Authorization',
          'X-Authorization',
          'X-Forwarded-Authorization',
          'Authorization2',
          'Token',
        ].map((name) => [name, `Bearer ${token}`] as const),
        ['X-Access-Token', token],
      ),
    like: () => me(),
  },
]

const bodies: readonly Refusal[] = [
  {
    line: '34',
    what: 'the access token in a form',
    status: 401,
    send: ({ token }) => endOthers(`access_token=${token}`, form),
    like: () => endOthers('access_token=x', form),
  },
  {
    line: '34',
    what: 'the access token in JSON',
    status: 401,
    send: ({ token, target }) => ({
      path: '/auth/reauthenticate',
      json: { access_token: token, password: target.accounts.owner.password },
    }),
  },
  {
    line: '34',
    what: 'the access token in several parts',
    status: 401,
    send: ({ token }) =>
      endOthers(`--x\r\nContent-Disposition: form-data; name="access_token"\r\n\r\n${token}\r\n--x--\r\n`, [
        'Content-Type',
        'multipart/form-data; boundary=x',
      ]),
  },
  {
    line: '34',
    what: 'the same token in the header and in the body',
    status: 400,
    code: 'invalid_request',
    send: ({ token, target }) => ({
      path: '/auth/reauthenticate',
      json: { access_token: token, password: target.accounts.owner.password },
      headers: [['Authorization', `Bearer ${token}`]],
    }),
  },
  {
    line: '34',
    what: 'no token in the header, a good one in the body',
    status: 401,
    code: 'invalid_token',
    send: ({ token }) => ({
      ...endOthers(`access_token=${token}`, form),
      headers: [form, ['Authorization', 'Bearer x']],
    }),
  },
  {
    line: '34',
    what: 'a refresh token for an access token',
    status: 401,
    code: 'invalid_token',
    send: ({ app }) => me(['Authorization', `Bearer ${app.held.refreshToken}`]),
    like: () => me(['Authorization', 'Bearer x']),
  },
]

const queries: readonly Refusal[] = [
  {
    line: '35',
    what: '?access_token= on the API',
    status: 400,
    code: 'invalid_request',
    send: ({ token }) => ({ path: `/auth/me?access_token=${token}` }),
  },
  {
    line: '35',
    what: '?access_token= beside the same token in the header',
    status: 400,
    code: 'invalid_request',
    send: ({ token }) => ({ ...bearer(token), path: `/auth/me?x=1&access_token=${token}` }),
  },
  {
    line: '35',
    what: '?ACCESS_TOKEN=',
    status: 400,
    code: 'invalid_request',
    send: ({ token }) => ({ path: `/auth/me?ACCESS_TOKEN=${token}` }),
  },
  {
    line: '35',
    what: '?refresh_token= to be refreshed',
    status: 400,
    code: 'invalid_request',
    send: ({ app }) => ({ method: 'POST', path: `/auth/refresh?refresh_token=${app.held.refreshToken}` }),
  },
  {
    line: '35',
    what: '?access_token= spelt with an escape',
    status: [400, 401],
    send: ({ token }) => ({ path: `/auth/me?%61ccess%5Ftoken=${token}` }),
  },
  {
    line: '35',
    what: 'every other name that a token goes by',
    status: [400, 401],
    send: ({ token }) => ({
      path: `/auth/me?${['token', 'jwt', 'id_token', 'auth', 'authorization', 'bearer'].map((name) => `${name}=${token}`).join('&')}`,
    }),
  },
  {
    line: '35',
    what: 'the session cookie as a parameter',
    status: [400, 401],
    send: ({ cookie: { name, value } }) => ({
      path: `/auth/me?${name}=${value}&session=${value}&sid=${value}&PHPSESSID=${value}`,
    }),
  },
  {
    line: '35',
    what: 'the session cookie in the path',
    status: 404,
    send: ({ cookie: { name, value } }) => ({ path: `/auth/me;jsessionid=${value};${name}=${value}` }),
  },
  {
    line: '35',
    what: '?access_token= on a guarded page',
    status: [400, 401],
    send: ({ token, target }) => ({ path: `${target.guardedPage ?? '/auth/verify'}?access_token=${token}` }),
  },
]

const rows = [...headers, ...bodies, ...queries]

export const transportTokens: readonly Attack[] = [...refused(rows), writesNothing('33', rows)]

function bearer(token: Scene['token']): { readonly headers: readonly (readonly [string, string])[] } {
  return { headers: [['Authorization', `Bearer ${token}`]] }
}

function twice(token: Scene['token']): ReturnType<typeof bearer> {
  const { headers } = bearer(token)
  return { headers: [...headers, ...headers] }
}

function endOthers(text: string, type: readonly [string, string]): ReturnType<Refusal['send']> & object {
  return { method: 'DELETE', path: '/auth/sessions', text, headers: [type] }
}
