// The Authorization header: one scheme, one blank, one token; and the short cut reads no other token than the long way.

import { peekBearer, readBearer } from '../../../packages/sessera/src/http/bearer.js'
import { answerOf, hold, type Target } from '../engine/target.js'

const tokenChars = new Set('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/')
const schemeChars = new Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")

export const bearer: Target = {
  name: 'bearer',
  seeds: [
    ['Bearer abc.def-_~+/=='],
    ['bearer abc'],
    ['Basic abc'],
    ['Bearer'],
    ['Bearer  abc'],
    ['Bearer\tabc'],
    ['Bearerx abc'],
  ],
  maxLength: 20_000,
  run([header = '']) {
    const answer = answerOf(() => readBearer(header))
    const expected = expectedOf(header)
    const found = 'value' in answer ? answer.value : answer.code
    hold(found === expected, 'a bearer header is read otherwise than RFC 6750 says', {
      header,
      found,
      expected,
    })
    const peeked = peekBearer(header)
    // The short cut looks at nothing: what it says is looked up, and what is not known goes the long way.
    if (typeof peeked === 'string' && 'value' in answer) {
      hold(peeked === answer.value, 'the short cut reads another token', header)
    }
    return 'value' in answer ? (answer.value === null ? 'of another scheme' : 'read') : answer.code
  },
}

function expectedOf(header: string): string | null {
  if (header.slice(0, 6).toLowerCase() !== 'bearer' || schemeChars.has(header[6] ?? ' ')) {
    return null
  }
  const token = header.slice(7)
  const body = token.slice(0, token.length - trailing(token))
  const isToken = body !== '' && [...body].every((char) => tokenChars.has(char))
  return header[6] === ' ' && isToken ? token : 'invalid_token'
}

function trailing(token: string): number {
  let count = 0
  while (token.at(-1 - count) === '=') count += 1
  return count
}
