// What costs a hash: guesses at nobody's account, new accounts, proofs of a password by who is signed in.

import { anotherAddress, anotherName, requestBytes } from '../requests.mjs'
import { flood } from '../sockets.mjs'

const connections = 100
const password = 'four words that nobody has'

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const passwords = {
  'sign-ins-one-address': {
    what: 'sign-ins of random names, from one address',
    begin: ({ port }) =>
      flood(port, {
        connections,
        next: () => requestBytes('POST', '/auth/login', { json: { username: anotherName(), password } }),
      }),
  },
  'sign-ins-everywhere': {
    what: 'sign-ins of random names, each from another address',
    begin: ({ port }) =>
      flood(port, {
        connections,
        next: () =>
          requestBytes('POST', '/auth/login', {
            json: { username: anotherName(), password },
            from: anotherAddress(),
          }),
      }),
  },
  'sign-ups': {
    what: 'registrations, each from another address',
    begin: ({ port }) =>
      flood(port, {
        connections,
        next: () =>
          requestBytes('POST', '/auth/register', {
            json: { username: anotherName(), password },
            from: anotherAddress(),
          }),
      }),
  },
  proofs: {
    what: 'wrong re-authentications by 1,200 sessions of 20 accounts',
    begin: ({ port, prepared: { own } }) => {
      let turn = 0
      return flood(port, {
        connections,
        next: () =>
          requestBytes('POST', '/auth/reauthenticate', {
            lines: [['Cookie', own[turn++ % own.length]?.cookie ?? '']],
            json: { password },
            from: anotherAddress(),
          }),
      })
    },
  },
}
