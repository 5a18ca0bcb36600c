// What stands behind a genuine signature: header and claims as an issuer with our key might spell them.

import { createAccessTokens } from '../../../packages/sessera/src/credentials/access-tokens.js'
import type { Keyring } from '../../../packages/sessera/src/credentials/keyring.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { chosen, hold, type Target } from '../engine/target.js'
import { findTokenKey, tokenKeys } from '../oracles/token-keys.js'
import { brokenRules } from '../oracles/token-rules.js'
import { expectation, genuineClaims, judgeToken, seconds } from '../oracles/token-verdict.js'
import { jsonWords, mutateJson } from './strict-json.js'

// The cheap one most of the time.
const keysByChoice = [3, 3, 3, 0, 3, 3, 1, 3, 3, 2].map((index) => tokenKeys[index] ?? tokenKeys[0])

const claims = JSON.stringify(genuineClaims)
const genuine = keysByChoice.map((_, choice) => [String(choice), headerOf(choice), claims, '0'])
const tokens = createAccessTokens({
  keyring: { findKey: expectation.findKey, reload: async () => undefined } as Partial<Keyring> as Keyring,
  random: createSeededRandom('fuzz'),
  issuer: expectation.issuer,
  audience: expectation.audience,
  lifetimeSeconds: 300,
})

/** Each time at its bound, and one second past it. */
const atBounds = [
  { nbf: seconds + 5 },
  { nbf: seconds + 6 },
  { iat: seconds + 5 },
  { iat: seconds + 6 },
  { auth_time: seconds + 5 },
  { auth_time: seconds + 6 },
  { iat: seconds - 400, exp: seconds - 4 },
  { iat: seconds - 400, exp: seconds - 5 },
  { exp: seconds + 900 },
  { exp: seconds + 901 },
  { exp: seconds },
  { nbf: 9_007_199_254_740 },
  { auth_time: 9_007_199_254_741 },
]

/** Which key, header, claims, whether the characters of the claims are bytes. */
export const accessToken: Target = {
  name: 'access-token',
  seeds: [
    ...genuine,
    ...atBounds.map((times) => ['0', headerOf(0), JSON.stringify({ ...genuineClaims, ...times }), '0']),
    ['0', headerOf(0), claims.replace('"aud":', '"nbf":1767268800,"aud":'), '0'],
    [
      '0',
      headerOf(0),
      claims.replace(`"aud":"${expectation.audience}"`, `"aud":["${expectation.audience}"]`),
      '0',
    ],
    ['0', headerOf(0).replace('"kid"', '"crit":["exp"],"kid"'), claims, '0'],
    ['0', headerOf(0).replace('at+jwt', 'application/at+jwt'), claims, '0'],
    ['0', headerOf(0), claims.replace('"claims":{', '"claims":{"a":[[[[1]]]],'), '0'],
    ['0', headerOf(0), claims.replace('teller', 'Z\u00fcrich'), '1'],
  ],
  words: [
    ...jsonWords(),
    ...Object.keys(genuineClaims),
    'nbf',
    'crit',
    'b64',
    'jwk',
    'jku',
    'x5u',
    'zip',
    'none',
  ],
  mutate([choice = '', header = '', payload = '', isBytes = '0'], choices) {
    return choices.oneIn(4)
      ? [choice, mutateJson(header, choices), payload, isBytes]
      : [choice, header, mutateJson(payload, choices), isBytes]
  },
  maxLength: 10_000,
  async run([choice, header = '', payload = '', isBytes]) {
    const { key } = chosen(keysByChoice, choice) ?? { key: null }
    if (key === null) return 'no key'
    const encoding = chosen(['utf8', 'latin1'] as const, isBytes)
    const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload, encoding).toString('base64url')}`
    const token = `${input}.${key.sign(Buffer.from(input)).toString('base64url')}`
    const outcome = await judgeToken(token)

    const asUsed = await tokens.verify(token, expectation.now)
    hold((asUsed !== null) === (outcome === 'both accept'), 'the token as used is judged otherwise', token)
    judgeSessionOf(token)
    if (asUsed !== null) {
      const principal = tokens.principalOf(asUsed)
      hold(principal.id === asUsed.sub && Object.isFrozen(principal), 'the principal is another', token)
    }
    return outcome
  },
}

/** Ending a session takes a token that has expired, and none that is wrong in any other way. */
function judgeSessionOf(token: string): void {
  const sessionId = tokens.sessionOf(token, expectation.now)
  if (sessionId === null) return
  const year = 366 * 86_400
  const broken = brokenRules(token, {
    ...expectation,
    now: seconds,
    skewSeconds: year,
    algorithmOf: (kid) => findTokenKey(kid)?.key.algorithm ?? null,
  })
  hold(broken.size === 0, 'a wrong token names a session to end', { token, broken: [...broken] })
}

function headerOf(choice: number): string {
  const found = keysByChoice[choice]
  return JSON.stringify({ alg: found?.key.algorithm, typ: 'at+jwt', kid: found?.key.kid })
}
