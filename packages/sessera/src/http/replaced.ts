import type { Grant } from '../kernel/grant.js'
import { signOut } from '../kernel/sign-out.js'
import { readOwnCookies } from './guard.js'
import type { Call } from './route.js'

/**
 * A new sign-in replaces what this browser held before: that session ends, its id is dead (ASVS 5.0 7.2.4).
 *
 * @param signIn takes the device mark that the browser sent.
 * @throws AuthError `ambiguous_credentials` before anything is written, and what `signIn` throws.
 */
export async function signInReplacing(
  { core, kernel, request }: Pick<Call, 'core' | 'kernel' | 'request'>,
  signIn: (device: string | null) => Promise<Grant>,
): Promise<Grant> {
  const { session: sessionCookie, refresh, device } = readOwnCookies(core, request)
  const granted = await signIn(device)
  await signOut(
    kernel,
    { bearer: null, sessionCookie, accessCookie: null, refreshTokens: [refresh] },
    'replaced',
  )
  return granted
}
