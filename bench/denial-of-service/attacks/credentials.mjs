// Forged credentials: of the right shape, so that nothing cheaper than the real check can tell.

import { randomBytes } from 'node:crypto'
import { requestBytes } from '../requests.mjs'
import { flood } from '../sockets.mjs'

const connections = 32

/** @param {object} part */
const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')

/**
 * @param {import('../attacks.mjs').Target} target
 * @param {() => string} kid
 * @returns {string}
 */
function forgedToken({ prepared }, kid) {
  const now = Math.floor(Date.now() / 1000)
  const bearer = prepared.honest.flat().find(([name]) => name === 'Authorization')?.[1] ?? ''
  const [, payload = ''] = bearer.split('.')
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), iat: now, exp: now + 300 }
  const head = encode({ alg: 'EdDSA', typ: 'at+jwt', kid: kid() })
  const own = { ...claims, jti: randomBytes(16).toString('base64url') }
  return `${head}.${encode(own)}.${randomBytes(64).toString('base64url')}`
}

/**
 * @param {() => readonly [string, string]} line
 * @param {import('../attacks.mjs').Target} target
 */
function presenting(line, { port }) {
  return flood(port, { connections, next: () => requestBytes('GET', '/auth/me', { lines: [line()] }) })
}

/** A handle of the right version and key, which the honest ones show. */
function forgedHandle(/** @type {import('../attacks.mjs').Target} */ { prepared }) {
  const cookie = prepared.honest.flat().find(([name]) => name === 'Cookie')?.[1] ?? ''
  const [, name = '', value = ''] = /(__Host-sessera-session)=([^;]+)/.exec(cookie) ?? []
  const real = Buffer.from(value, 'base64url')
  const forged = Buffer.concat([real.subarray(0, 2), randomBytes(real.length - 2)])
  return { name, value: forged.toString('base64url') }
}

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const credentials = {
  'tokens-unknown-key': {
    what: 'access tokens under unknown keys',
    begin: (target) =>
      presenting(
        () => ['Authorization', `Bearer ${forgedToken(target, () => randomBytes(32).toString('base64url'))}`],
        target,
      ),
  },
  'tokens-known-key': {
    what: 'access tokens under our key, the signature wrong',
    begin: (target) =>
      presenting(
        () => ['Authorization', `Bearer ${forgedToken(target, () => target.jwks.keys[0]?.kid ?? '')}`],
        target,
      ),
  },
  handles: {
    what: 'session handles of the right shape',
    begin: (target) =>
      presenting(() => {
        const { name, value } = forgedHandle(target)
        return ['Cookie', `${name}=${value}`]
      }, target),
  },
  'refresh-handles': {
    what: 'refresh handles of the right shape',
    begin: (target) =>
      flood(target.port, {
        connections,
        next: () =>
          requestBytes('POST', '/auth/refresh', { json: { refresh_token: forgedHandle(target).value } }),
      }),
  },
}
