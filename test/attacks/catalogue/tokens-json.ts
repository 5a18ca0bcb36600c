// Line 19: JSON that two readers understand differently, or that is none.

import type { Attack } from './attack.js'
import { altered } from './tokens-forging.js'

const later = 9_999_999_999

export const tokensJson: readonly Attack[] = altered([
  {
    line: '19',
    what: 'a claim twice, in every spelling',
    parts: ({ payload }) => [
      ...[`"exp":${later}`, `"exp":${payload.exp}`, '"sub":"admin"', '"roles":["admin"]', '"jti":"x"'].map(
        (text) => first(payload, text),
      ),
      ...[`"exp":${later}`, '"sub":"admin"', '"roles":["admin"]', `"aud":"${payload.aud}"`].map((text) =>
        last(payload, text),
      ),
      first(payload, `"\\u0065xp":${later}`),
      last(payload, `"e\\u0078p":${later}`),
      first(payload, '"x":1,"x":1'),
      first(payload, '"x":{"y":1,"y":2}'),
      first(payload, '"x":[{"y":1,"\\u0079":2}]'),
    ],
  },
  {
    line: '19',
    what: 'a member of the header twice, in every spelling',
    parts: ({ header }) => [
      ...['"alg":"none"', '"alg":"HS256"', '"kid":"x"', '"typ":"JWT"', `"alg":"${header.alg}"`].flatMap(
        (text) => [
          { header: `{${text},${JSON.stringify(header).slice(1)}` },
          { header: `${JSON.stringify(header).slice(0, -1)},${text}}` },
        ],
      ),
      { header: `{"\\u0061lg":"none",${JSON.stringify(header).slice(1)}` },
      { header: `${JSON.stringify(header).slice(0, -1)},"\\u006bid":"x"}` },
    ],
  },
  {
    line: '19',
    what: 'names that reach beyond the claims',
    parts: ({ payload, header }) => [
      first(payload, '"__proto__":{"roles":["admin"]}'),
      first(payload, '"__pr\\u006fto__":{"roles":["admin"]}'),
      first(payload, '"x":{"__proto__":{"roles":["admin"]}}'),
      { header: `{"__proto__":{"alg":"none"},${JSON.stringify(header).slice(1)}` },
    ],
  },
  {
    line: '19',
    what: 'what is not JSON, or not an object, or more than one',
    parts: ({ payload, header }) => [
      ...around(JSON.stringify(payload)).map((text) => ({ payload: text })),
      ...around(JSON.stringify(header)).map((text) => ({ header: text })),
    ],
  },
])

/** The object as JSON, with this text before its members. */
export function first(payload: object, text: string): { readonly payload: string } {
  return { payload: `{${text},${JSON.stringify(payload).slice(1)}` }
}

function last(payload: object, text: string): { readonly payload: string } {
  return { payload: `${JSON.stringify(payload).slice(0, -1)},${text}}` }
}

function around(json: string): readonly string[] {
  return [
    ...[
      `[${json}]`,
      `${json}{}`,
      `${json}${json}`,
      `${json}x`,
      `${json}\0`,
      `\ufeff${json}`,
      `/**/${json}`,
      `(${json})`,
    ],
    ...[
      JSON.stringify(json),
      json.slice(0, -1),
      `${json.slice(0, -1)},}`,
      json.replaceAll('"', "'"),
      'null',
      '[]',
    ],
    ...['""', '0', 'true', '', ' ', '{', '{}x', `\u2028${json}`],
  ]
}
