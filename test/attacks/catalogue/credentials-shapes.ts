// Line 59: operators, lists, prototypes and other shapes where a text belongs. Refused before anybody is looked up.

import assert from 'node:assert/strict'
import type { Attack } from './attack.js'
import { type Refusal, refused, setScene } from './refusal.js'

const password = 'four words of some length'

const bodies: readonly string[] = [
  `{"username":"ada","password":{"$ne":1}}`,
  `{"username":"ada","password":{"$regex":".*"}}`,
  `{"username":{"$gt":""},"password":"${password}"}`,
  `{"username":["ada"],"password":"${password}"}`,
  `{"username":"ada","password":["${password}"]}`,
  `{"username":"ada","password":null}`,
  `{"username":"ada","password":true}`,
  `{"username":"ada","password":0}`,
  `{"username":0,"password":"${password}"}`,
  `{"username":"","password":"${password}"}`,
  `{"username":"ada"}`,
  `{"username":"ada","password":{"toString":"${password}"}}`,
  `{"username":{"length":3},"password":"${password}"}`,
  `{"__proto__":{"mode":"token"},"username":"ada","password":"${password}"}`,
  `{"\\u005f_proto__":{"mode":"token"},"username":"ada","password":"${password}"}`,
  `{"constructor":{"prototype":{"x":1}},"username":"ada","password":"${password}"}`,
  `{"prototype":{"x":1},"username":"ada","password":"${password}"}`,
  `{"username":"ada","username":"bob","password":"${password}"}`,
  `{"username":"ada","user\\u006eame":"bob","password":"${password}"}`,
  `{"username":"ada","password":"${password}","mode":"admin"}`,
  `{"username":"ada","password":"${password}","mode":["token"]}`,
  `{"username":"ada","password":"${password}","remember":"yes"}`,
  `{"username":"ada","password":"${password}","extra":1}`,
  `{"username":"ada","password":"${password}"}{"x":1}`,
  `{"username":"ada","password":"${password}",}`,
  `{'username':'ada','password':'${password}'}`,
  `["ada","${password}"]`,
  '"ada"',
  'null',
  'true',
  '',
  ' ',
  '{',
  '{}',
  'username=ada&password=x',
  '\ufeff{"username":"ada"}',
]

const rows: readonly Refusal[] = [
  ...bodies.map((body): Refusal => shape('/auth/login', body)),
  ...[`{"password":{"$ne":1}}`, '{"password":["x"]}', '{"password":null}'].map(
    (body): Refusal => shape('/auth/reauthenticate', body),
  ),
  ...[`{"refresh_token":{"$ne":1}}`, '{"refresh_token":["x"]}', '{"refresh_token":true}'].flatMap(
    (body): Refusal[] => [shape('/auth/refresh', body), shape('/auth/logout', body)],
  ),
  ...[`{"mode":{"$ne":1}}`, '{"mode":["token"]}', '{"mode":"__proto__"}'].map(
    (body): Refusal => shape('/auth/exchange', body),
  ),
  ...[`{"token":{"$ne":1},"password":"${password}"}`, `{"token":["x"],"password":"${password}"}`].map(
    (body): Refusal => shape('/auth/invitation', body),
  ),
  ...['username[$ne]=x&password[$ne]=x&mode=session', 'username=a&username=b&password=x&mode=session'].map(
    (text): Refusal => ({
      line: '59',
      what: `a form: ${text}`,
      pages: true,
      send: () => ({
        method: 'POST',
        path: '/sign-in',
        text,
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      }),
      status: 400,
    }),
  ),
]

export const credentialsShapes: readonly Attack[] = [
  ...refused(rows),
  {
    line: '59',
    what: 'none of these asks the store for anybody, or leaves a trace in what all objects have',
    inside: true,
    async run(target, { world }) {
      const { token } = await setScene(target)
      for (const body of bodies) {
        world.store.forget()
        await target.send(json('/auth/login', body, token))
        assert.deepEqual(world.store.calls, [], body)
      }
      assert.deepEqual(Object.keys(Object.prototype), [])
      assert.equal('mode' in {}, false)
    },
  },
]

function shape(path: string, body: string): Refusal {
  return {
    line: '59',
    what: `${path} ${JSON.stringify(body)}`,
    send: ({ token }) => json(path, body, token),
    status: 400,
    code: 'invalid_request',
  }
}

function json(path: string, body: string, token: string) {
  return {
    method: 'POST',
    path,
    text: Buffer.from(body, 'utf8').toString('latin1'),
    headers: [
      ['Content-Type', 'application/json'],
      ['Authorization', `Bearer ${token}`],
    ],
  } as const
}
