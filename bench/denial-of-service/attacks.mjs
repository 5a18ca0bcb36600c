// Every attack, in the order in which they are tried and shown.

import { bodies } from './attacks/bodies.mjs'
import { credentials } from './attacks/credentials.mjs'
import { headers } from './attacks/headers.mjs'
import { passwords } from './attacks/passwords.mjs'
import { protocol } from './attacks/protocol.mjs'
import { sessions } from './attacks/sessions.mjs'
import { slow } from './attacks/slow.mjs'

/**
 * @typedef {object} Target
 * @property {number} port
 * @property {import('./stand.mjs').Prepared} prepared
 * @property {{ keys: { kid: string }[] }} jwks
 *
 * @typedef {object} Definition
 * @property {string} what
 * @property {(target: Target) => import('./sockets.mjs').Attack} begin
 * @property {number} [cutWithin] seconds after which the server must have ended each connection; it is attacked so long
 * @property {true} [fillsTheServer] there is no room for new connections, which is no fault then
 * @property {true} [untilTheEnd] goes on while the server is told to stop
 */

/** @type {Readonly<Record<string, Definition>>} */
export const attacks = {
  ...slow,
  ...headers,
  ...bodies,
  ...passwords,
  ...credentials,
  ...sessions,
  ...protocol,
}
