// A hash that is not what we would make today is replaced when its password has just been proven: nobody else knows it.

import { describeFault } from './describe-fault.js'
import type { Kernel } from './kernel.js'
import type { PasswordHashUpgrade } from './user-directory.js'

/**
 * Changes nothing but the hash: no epoch, no entry in the feed. It never fails whoever calls it, and never overwrites a
 * password that was changed meanwhile; the next sign-in is another chance.
 *
 * @param proven what has just verified against `from`.
 */
export async function upgradePassword(
  kernel: Kernel,
  who: Omit<PasswordHashUpgrade, 'to'>,
  proven: string,
): Promise<void> {
  if (!kernel.passwords.isOutdated(who.from)) return
  try {
    await kernel.users.upgradePassword({ ...who, to: await kernel.passwords.hash(proven) })
  } catch (error) {
    kernel.log.warn('A password hash could not be renewed. The next sign-in tries again.', {
      userId: who.userId,
      ...describeFault(error),
    })
  }
}
