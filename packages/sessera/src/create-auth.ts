// An Auth as apps create it: of this machine's clock, randomness and passwords.

import type { Auth } from './auth.js'
import { createAuthWith } from './create-auth-with.js'
import type { AuthOptions } from './options.js'
import { parsePeppers } from './password-options.js'
import { createPasswords } from './passwords/create-passwords.js'
import { createStderrLog, createSystemRandom, systemClock } from './ports/system.js'

/**
 * Sessions and tokens for one origin. Returns at once; the store opens in the background.
 *
 * @throws ConfigurationError with a sentence that says what to write instead.
 * @example
 * const auth = createAuth({ origin: 'http://localhost:3000', store: sqlite('auth.db') })
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export function createAuth<C extends object = {}>(options: AuthOptions<C>): Auth<C> {
  const log = options.log ?? createStderrLog()
  return createAuthWith(options, {
    clock: systemClock,
    random: createSystemRandom(),
    passwords: createPasswords({ log, peppers: parsePeppers(options.passwords) }),
    log,
  })
}
