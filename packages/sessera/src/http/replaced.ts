import type { Grant } from '../kernel/grant.js'
import { signOut } from '../kernel/sign-out.js'
import type { HttpCore } from './core.js'
import { readOwnCookies } from './guard.js'
import type { HttpRequest } from './message.js'

/**
 * A new sign-in replaces what this browser held before: that session ends, its id is dead (ASVS 5.0 7.2.4).
 *
 * @throws AuthError `ambiguous_credentials` before anything is written, and what `signIn` throws.
 */
export async function signInReplacing(
  core: HttpCore,
  request: HttpRequest,
  signIn: () => Promise<Grant>,
): Promise<Grant> {
  const { session: sessionCookie, refresh } = readOwnCookies(core, request)
  const granted = await signIn()
  await signOut(
    core.kernel,
    { bearer: null, sessionCookie, accessCookie: null, refreshTokens: [refresh] },
    'replaced',
  )
  return granted
}
