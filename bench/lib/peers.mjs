// What Sessera is held against: packages of bench/package.json, which are installed when benchmarks run, not before.

import { createRequire } from 'node:module'

/**
 * @typedef {object} JsonWebToken the part of `jsonwebtoken` that is used
 * @property {(token: string, key: import('node:crypto').KeyObject, options: object) => object} verify
 *
 * @typedef {(options: object) => (req: object, res: object, next: () => void) => void} ExpressSession
 */

const requirePeer = createRequire(new URL('../package.json', import.meta.url))

/** @returns {JsonWebToken} */
export function jsonWebToken() {
  return requirePeer('jsonwebtoken')
}

/** @returns {ExpressSession} */
export function expressSession() {
  return requirePeer('express-session')
}
