// Lines 17 and 29: the same token in another spelling or wrapping.

import type { Attack } from './attack.js'
import { encode, forged, inWorldsOf, promoted } from './tokens-forging.js'

const wrapped = forged([
  {
    line: '17',
    what: 'JSON serialisation, plain and encoded, and mixtures of it with the compact one',
    tokens(given) {
      const { head, body, signature, token } = given
      const mine = encode(promoted(given))
      const mixtures = [
        { payload: body, protected: head, signature },
        { payload: body, signatures: [{ protected: head, signature }] },
        {
          payload: mine,
          signatures: [
            { protected: head, signature },
            { header: { alg: 'none' }, signature: '' },
          ],
        },
        { payload: mine, signatures: [] },
        { payload: body, header: given.header, signature },
        { [`${head}.${mine}.`]: '', protected: head, payload: body, signature },
        { payload: `${head}.${mine}.`, protected: head, signature },
        { token },
        { access_token: token },
        [token],
        token,
      ].map((mixture) => JSON.stringify(mixture))
      return mixtures.flatMap((json) => [
        json,
        encode(json),
        `${encode(json)}.${body}.${signature}`,
        `${json}.${signature}`,
      ])
    },
  },
])

const respelt = forged([
  {
    line: '29',
    what: 'a genuine token in another spelling',
    tokens: ({ token, head, body, signature }) => [
      ...[head, body, signature].flatMap((part, index) => {
        const put = (other: string): string =>
          [head, body, signature].map((same, at) => (at === index ? other : same)).join('.')
        return [
          ...sparesOf(part).map(put),
          ...[`${part}=`, `${part}==`, `=${part}`, `${part}A`, `A${part}`, ` ${part} `, `${part}%3D`].map(
            put,
          ),
          ...[`${part.slice(0, 8)} ${part.slice(8)}`, `${part.slice(0, 8)}=${part.slice(8)}`].map(put),
          ...[`${part.slice(0, 8)}\t${part.slice(8)}`, `${part.slice(0, 8)}!${part.slice(8)}`].map(put),
          ...[Buffer.from(part, 'base64url').toString('hex'), `${part.slice(0, 8)}%${part.slice(8)}`].map(
            put,
          ),
          put(`${part.slice(0, 8)}\xa0${part.slice(8)}`),
        ]
      }),
      ...[
        `${token}.`,
        `.${token}`,
        `${token}.AAAA`,
        `${token}..`,
        `${token}.${token}`,
        `${head}..${body}.${signature}`,
      ],
      ...[
        `"${token}"`,
        `'${token}'`,
        `<${token}>`,
        `Bearer ${token}`,
        `Bearer%20${token}`,
        `${token},${token}`,
      ],
      ...[
        token.replaceAll('.', '%2E'),
        token.replaceAll('.', '..'),
        token.replaceAll('.', ':'),
        `${token}#x`,
      ],
      ...[
        token.replace('ey', '%65y'),
        token.toUpperCase(),
        `${token}=`,
        `${token}%0A`,
        `${token}\\n`,
        `${token}%00`,
      ],
      ...[encode(token), Buffer.from(token).toString('base64'), token.split('').reverse().join('')],
      ...(/[-_]/.test(token) ? [token.replaceAll('-', '+').replaceAll('_', '/')] : []),
    ],
  },
  {
    line: '29',
    what: 'a genuine signature under other texts that say the same',
    tokens: ({ header, payload, head, body, signature }) => {
      const { alg, typ, kid } = header
      return [
        ...[
          { kid, typ, alg },
          { typ, alg, kid },
        ].map((other) => `${encode(other)}.${body}.${signature}`),
        ...[JSON.stringify(header, null, 1), ` ${JSON.stringify(header)}`, `${JSON.stringify(header)}\n`].map(
          (text) => `${encode(text)}.${body}.${signature}`,
        ),
        ...[
          JSON.stringify(payload, null, 1),
          ` ${JSON.stringify(payload)}`,
          `${JSON.stringify(payload)}\n`,
        ].map((text) => `${head}.${encode(text)}.${signature}`),
      ]
    },
  },
])

export const tokensSpellings: readonly Attack[] = [...wrapped, ...respelt, ...inWorldsOf(['HS256'], respelt)]

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The other last characters that careless readers take for the same bytes. */
function sparesOf(part: string): readonly string[] {
  const bytes = Buffer.from(part, 'base64url')
  return [...alphabet]
    .map((letter) => `${part.slice(0, -1)}${letter}`)
    .filter((other) => other !== part && Buffer.from(other, 'base64url').equals(bytes))
}
