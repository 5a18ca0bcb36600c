// Lines 20 to 25: claims that never end, have not begun, are missing, or are meant for others.

import type { Attack } from './attack.js'
import { type Altered, altered, type Parts } from './tokens-forging.js'
import { first } from './tokens-json.js'
import type { Claims } from './tokens-stage.js'

const later = 9_999_999_999

const times: readonly Altered[] = [
  {
    line: '20',
    what: 'exp is a text, or anything but a whole number',
    parts: ({ payload }) =>
      values(payload, 'exp', [
        ...['9999999999', String(payload.exp), '', 'never', '2099-01-01T00:00:00Z', '0x2540be3ff', '1e10'],
        ...[null, true, false, [payload.exp], [later], {}, { valueOf: later }, payload.exp + 0.5, -1, -0.5],
      ]),
  },
  {
    line: '20',
    what: 'iat, nbf or auth_time is no whole number',
    parts: ({ payload }) =>
      ['iat', 'nbf', 'auth_time'].flatMap((name) =>
        values(payload, name, ['0', '', null, true, [0], {}, payload.iat - 0.5, -1, String(payload.iat)]),
      ),
  },
  {
    line: '21',
    what: 'exp is beyond all numbers',
    parts: ({ payload }) => [
      ...[
        '1e309',
        '1e308',
        '-1e309',
        '1e18',
        '9007199254740993',
        '9007199254740991',
        '1e16',
        '9'.repeat(400),
      ].map((text) => spelt(payload, 'exp', text)),
      ...['Infinity', '-Infinity', 'NaN', '0xffffffff', '0777', '+1', '.5e11', '1_000_000_000_000', '1e'].map(
        (text) => spelt(payload, 'exp', text),
      ),
      ...['iat', 'auth_time'].flatMap((name) =>
        ['1e309', '-1e309', '9007199254740993', '-9007199254740993'].map((text) =>
          spelt(payload, name, text),
        ),
      ),
    ],
  },
  {
    line: '21',
    what: 'exp is later than any token of ours ends, or long ago',
    parts: ({ payload }) =>
      [
        { exp: later },
        { exp: payload.iat + 901 },
        { exp: payload.iat },
        { exp: payload.iat - 1 },
        { exp: 0 },
        { iat: payload.iat - 3600, exp: payload.iat - 3300 },
        { iat: 0 },
        { iat: 0, exp: 300 },
        { iat: payload.iat - 86_400, auth_time: payload.iat - 86_400 },
      ].map((change) => ({ payload: { ...payload, ...change } })),
  },
  {
    line: '22',
    what: 'exp, or any other claim that must be there, is missing',
    parts: ({ payload }) => [
      ...Object.keys(payload)
        .filter((name) => name !== 'claims' && name !== 'scope')
        .map((name) => ({ payload: { ...payload, [name]: undefined } })),
      { payload: {} },
      { payload: { sub: payload.sub, sid: payload.sid } },
    ],
  },
  {
    line: '22',
    what: 'a claim is null, empty or of another type',
    parts: ({ payload }) =>
      [
        ...[
          { sub: '' },
          { sub: 1 },
          { sub: null },
          { sub: [payload.sub] },
          { sub: { $ne: 1 } },
          { jti: 1 },
          { jti: '' },
        ],
        ...[
          { sid: '' },
          { sid: 1 },
          { sid: `${payload.sid}=` },
          { sid: payload.sid.slice(1) },
          { sid: "' OR 1=1--" },
        ],
        ...[{ sid: [payload.sid] }, { client_id: '' }, { client_id: null }, { epoch: '1' }, { epoch: -1 }],
        ...[{ epoch: 1.5 }, { epoch: 2 ** 53 }, { epoch: null }, { revision: '1' }, { revision: -1 }],
        ...[
          { roles: 'admin' },
          { roles: { 0: 'admin', length: 1 } },
          { roles: [['admin']] },
          { roles: null },
        ],
        ...[
          { roles: [null] },
          { roles: [''] },
          { amr: 'pwd' },
          { amr: [1] },
          { scope: ['a'] },
          { scope: '' },
        ],
        ...[
          { scope: 'a  b' },
          { scope: 'a\nb' },
          { scope: null },
          { claims: 'x' },
          { claims: null },
          { claims: [] },
        ],
        ...[{ preferred_username: '' }, { preferred_username: null }, { preferred_username: ['ada'] }],
      ].map((change) => ({ payload: { ...payload, ...change } })),
  },
  {
    line: '23',
    what: 'nbf, iat or auth_time in the future',
    parts: ({ payload: { iat, ...rest } }) =>
      [
        // First, since tokens that have expired, or the clock of which was ahead, still serve to sign out.
        { nbf: later },
        { nbf: iat + 3600 },
        { iat: iat + 3600, exp: iat + 3900 },
        { iat: iat + 3600, nbf: iat, exp: iat + 3900 },
        { auth_time: iat + 3600 },
        { auth_time: later },
      ].map((change) => ({ payload: { iat, ...rest, ...change } })),
  },
]

const meant: readonly Altered[] = [
  {
    line: '24',
    what: 'aud is a list, missing, or nearly ours',
    parts: ({ payload }) => [
      ...values(payload, 'aud', [
        ...[[payload.aud], [payload.aud, 'https://other.example'], [], undefined, null, '', '*', true, 0, {}],
        ...[{ [payload.aud]: true }, [[payload.aud]], { toString: payload.aud }],
        ...near(payload.aud),
      ]),
    ],
  },
  {
    line: '25',
    what: 'iss is nearly ours, a list, or missing',
    parts: ({ payload }) =>
      values(payload, 'iss', [
        ...[[payload.iss], [payload.iss, 'https://evil.example'], undefined, null, '', '*', true, {}],
        ...near(payload.iss),
      ]),
  },
]

export const tokensClaims: readonly Attack[] = altered([...times, ...meant])

function near(url: string): readonly string[] {
  const { protocol, host, hostname } = new URL(url)
  return [
    ...[
      `${url}/`,
      `${url}.`,
      `${url}.evil.example`,
      `${url}@evil.example`,
      `${url}/../x`,
      `${url}#`,
      `${url}?`,
    ],
    ...[
      `${url} `,
      ` ${url}`,
      `${url}\n`,
      `${url}\0`,
      `${url},https://evil.example`,
      url.slice(0, -1),
      `${url}:443`,
    ],
    ...[
      url.replace(/^https?/, (scheme) => (scheme === 'https' ? 'http' : 'https')),
      host,
      hostname,
      `//${host}`,
    ],
    ...[
      url.toUpperCase(),
      `${protocol}//evil${host}`,
      `${protocol}//evil.${host}`,
      `${protocol}//evil@${host}`,
    ],
    ...['https://evil.example', `https://evil.example/${url}`, encodeURIComponent(url), `${protocol}${host}`],
    ...[url.replace('a', '\u0430'), url.replace('o', '\u043e'), `\ufeff${url}`, 'null'],
  ].filter((other) => other !== url)
}

function values(payload: Claims, name: string, all: readonly unknown[]): readonly Parts[] {
  return all.map((value) => ({ payload: { ...payload, [name]: value } }))
}

/** The claims as JSON, with one value exactly as it is written here. */
function spelt(payload: Claims, name: string, text: string): Parts {
  return first({ ...payload, [name]: undefined }, `"${name}":${text}`)
}
