// What an access token costs that was never seen before: against nothing but its signature and JSON.parse, against the
// JWT libraries, and as the whole answer to a request.

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { jwtVerify } from 'jose'
import { memory } from 'sessera/memory'
import { signAccessToken, verifyAccessToken } from '../packages/sessera/dist/credentials/access-token.js'
import { generateKey, importKey } from '../packages/sessera/dist/credentials/algorithms.js'
import { createSystemRandom } from '../packages/sessera/dist/ports/system.js'
import { alternate } from './lib/alternate.mjs'
import { jsonWebToken } from './lib/peers.mjs'
import { withInterval } from './lib/report.mjs'
import { answer } from './lib/run.mjs'
import { estimate, median, ratio } from './lib/statistics.mjs'
import { authOptions, openAuth, signInMany } from './lib/world.mjs'

/** @typedef {import('sessera').Algorithm} Algorithm */

const algorithms = /** @type {const} */ (['HS256', 'EdDSA', 'ES256', 'RS256'])
const limits = { HS256: 1.5, EdDSA: 1.1, ES256: 1.1, RS256: 1.1 }
const issuer = authOptions.origin
const tokenCount = 1000
const random = createSystemRandom()

await answer(async ({ quick, tell }) => {
  const how = { rounds: quick ? 3 : 40, sliceMs: quick ? 2 : 15 }
  const found = []
  for (const algorithm of algorithms) {
    tell(algorithm)
    const figures = await time(algorithm, how)
    found.push({ algorithm, ...figures })
  }
  const whole = []
  for (const algorithm of algorithms) {
    tell(`${algorithm}: the whole answer`)
    whole.push({ algorithm, figures: await timeWhole(algorithm, quick ? 100 : 2000) })
  }
  return {
    tables: [
      {
        caption:
          'One token of 1,000, microseconds. By hand: the signature and `JSON.parse` of the claims, nothing else.',
        head: ['algorithm', 'by hand', 'Sessera', 'jsonwebtoken', 'jose', 'Sessera to by hand (95 %)'],
        rows: found.map(({ algorithm, hand, sessera, jsonwebtoken, jose }) => [
          algorithm,
          median(hand) / 1000,
          median(sessera) / 1000,
          jsonwebtoken.length === 0 ? '–' : median(jsonwebtoken) / 1000,
          median(jose) / 1000,
          withInterval(ratio(sessera, hand)),
        ]),
      },
      {
        caption: 'A whole `auth.authenticate` with a token that was never seen, microseconds.',
        head: ['algorithm', 'median (95 %)'],
        rows: whole.map(({ algorithm, figures }) => [
          algorithm,
          withInterval(estimate(figures.map((ns) => ns / 1000))),
        ]),
      },
    ],
    targets: found.map(({ algorithm, hand, sessera }) => ({
      what: `${algorithm}: times the check by hand`,
      side: /** @type {const} */ ('at most'),
      limit: limits[algorithm],
      measured: ratio(sessera, hand).value,
    })),
  }
})

/**
 * @param {Algorithm} algorithm
 * @param {{ rounds: number, sliceMs: number }} how
 * @returns {Promise<{ hand: number[], sessera: number[], jsonwebtoken: number[], jose: number[] }>}
 */
async function time(algorithm, how) {
  const material = await generateKey(algorithm, random)
  const key = importKey(material)
  const tokens = Array.from({ length: tokenCount }, () => signAccessToken(claims(), key))
  const keyObject =
    algorithm === 'HS256'
      ? createSecretKey(material.privateKey)
      : createPublicKey(createPrivateKey({ key: material.privateKey, format: 'der', type: 'pkcs8' }))
  const keys = new Map([[key.kid, key]])
  const findKey = (/** @type {string} */ kid) => keys.get(kid) ?? null
  // Written out as the library's own caller does: a spread here would cost what no request pays.
  const sessera = (/** @type {string} */ text) =>
    verifyAccessToken(text, {
      findKey,
      issuer,
      audience: issuer,
      now: Date.now(),
      maxLifetimeSeconds: 900,
      skewSeconds: 5,
    }).ok || null
  const options = { algorithms: [algorithm], issuer, audience: issuer, clockTolerance: 5 }
  const joseOptions = { ...options, typ: 'at+jwt' }
  const { verify: verifyJwt } = jsonWebToken()
  const token = (/** @type {number} */ turn) => /** @type {string} */ (tokens[turn % tokenCount])
  const figures = await alternate(
    [
      { name: 'hand', run: (turn) => byHand(token(turn), keyObject, algorithm) },
      { name: 'sessera', run: (turn) => sessera(token(turn)) },
      { name: 'jose', run: (turn) => jwtVerify(token(turn), keyObject, joseOptions) },
      // It knows no EdDSA.
      ...(algorithm === 'EdDSA'
        ? []
        : [
            {
              name: 'jsonwebtoken',
              run: (/** @type {number} */ turn) => verifyJwt(token(turn), keyObject, options),
            },
          ]),
    ],
    how,
  )
  const of = (/** @type {string} */ name) => figures.get(name) ?? []
  return { hand: of('hand'), sessera: of('sessera'), jsonwebtoken: of('jsonwebtoken'), jose: of('jose') }
}

/**
 * @param {string} token
 * @param {import('node:crypto').KeyObject} key
 * @param {Algorithm} algorithm
 * @returns {unknown} the claims, or null
 */
function byHand(token, key, algorithm) {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  const input = token.slice(0, last)
  const signature = Buffer.from(token.slice(last + 1), 'base64url')
  const good =
    algorithm === 'HS256'
      ? timingSafeEqual(createHmac('sha256', key).update(input).digest(), signature)
      : verify(
          algorithm === 'EdDSA' ? null : 'sha256',
          Buffer.from(input),
          algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key,
          signature,
        )
  return good ? JSON.parse(Buffer.from(token.slice(first + 1, last), 'base64url').toString()) : null
}

/**
 * Each token once, all of one process that follows its change feed.
 *
 * @param {Algorithm} algorithm
 * @param {number} count
 * @returns {Promise<number[]>} nanoseconds
 */
async function timeWhole(algorithm, count) {
  const auth = openAuth({ store: memory(), tokens: { ...authOptions.tokens, algorithm } })
  const holders = await signInMany(auth, 'token', count)
  const figures = []
  for (const { bearer } of holders) {
    await turnOfTheLoop()
    const headers = { authorization: `Bearer ${bearer}` }
    const begun = process.hrtime.bigint()
    await auth.authenticate(headers)
    figures.push(Number(process.hrtime.bigint() - begun))
  }
  await auth.close()
  return figures.slice(count / 2)
}

/** @returns {import('../packages/sessera/dist/credentials/access-token.js').AccessTokenClaims} */
function claims() {
  const id = () => random.bytes(16).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    sub: `5f0c7c1e-${id()}`,
    aud: issuer,
    exp: iat + 900,
    iat,
    jti: id(),
    client_id: 'sessera',
    sid: id(),
    epoch: 1,
    revision: 1,
    auth_time: iat,
    amr: ['pwd'],
    roles: ['member'],
    preferred_username: 'ada.lovelace',
    mode: 'token',
  }
}
