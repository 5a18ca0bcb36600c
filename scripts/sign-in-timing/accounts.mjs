// Whom the guesser tries: the same number of accounts of every kind, each for fewer guesses than it may take at once.

import { sqlite } from 'sessera/sqlite'
// Not exported: no app has any business with another clock, or with passwords that cost nothing.
import { createAuthWith } from '../../packages/sessera/dist/create-auth-with.js'
import { hashArgon2 } from '../../packages/sessera/dist/passwords/argon2.js'
import { createSystemRandom } from '../../packages/sessera/dist/ports/system.js'
import { noPasswords } from '../no-passwords.mjs'

/**
 * @typedef {{ readonly username: string, readonly password: string }} Guess
 * @typedef {object} Kind
 * @property {string} name
 * @property {401 | 429} status what all of its guesses are answered
 * @property {(index: number) => Guess} guess
 */

/** One of the five that go at once is left over. */
const guessesAtOne = 4
const lockedOnes = 5
const lastGuess = 100
const right = 'four words of some length'
const wrong = 'four wrong words of length'

/**
 * @param {{ readonly file: string, readonly secret: string, readonly guesses: number }} how
 * @returns {Promise<readonly Kind[]>}
 */
export async function makeAccounts({ file, secret, guesses }) {
  let now = Date.now()
  const auth = createAuthWith(
    { origin: 'http://localhost:3000', secrets: [secret], store: sqlite(file), follow: 'on-demand' },
    {
      clock: { now: () => now, monotonic: () => performance.now() },
      random: createSystemRandom(),
      passwords: noPasswords,
      log: { info() {}, warn() {}, error() {} },
    },
  )
  const count = Math.ceil(guesses / guessesAtOne)
  const passwordHash = await hashArgon2(right, null)
  for (let index = 0; index < Math.max(count, lockedOnes); index++) {
    await auth.users.import([
      { username: `wrong-${index}`, passwordHash },
      { username: `disabled-${index}`, passwordHash, disabled: true },
      { username: `unset-${index}`, passwordHash: null },
      { username: `locked-${index}`, passwordHash },
    ])
  }
  for (let guess = 0; guess < lastGuess; guess++) {
    for (let index = 0; index < lockedOnes; index++) {
      for (const login of [`locked-${index}`, `locked-nobody-${index}`])
        await auth.users.signIn(login, wrong).catch(() => undefined)
    }
    now += 15 * 60_000
  }
  await auth.close()

  /** @param {string} name @param {string} password @returns {(index: number) => Guess} */
  const at = (name, password) => (index) => ({
    username: `${name}-${Math.floor(index / guessesAtOne)}`,
    password,
  })
  /** @param {string} name @param {string} password @returns {(index: number) => Guess} */
  const atLocked = (name, password) => (index) => ({ username: `${name}-${index % lockedOnes}`, password })
  return [
    { name: 'nobody', status: 401, guess: at('nobody', wrong) },
    { name: 'a wrong password', status: 401, guess: at('wrong', wrong) },
    { name: 'disabled, the right password', status: 401, guess: at('disabled', right) },
    { name: 'without a password', status: 401, guess: at('unset', wrong) },
    { name: 'locked, nobody', status: 429, guess: atLocked('locked-nobody', right) },
    { name: 'locked, the right password', status: 429, guess: atLocked('locked', right) },
  ]
}
