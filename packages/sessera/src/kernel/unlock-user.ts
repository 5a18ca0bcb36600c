import type { Kernel } from './kernel.js'
import { forgetGuesses } from './limits.js'
import { noSuchUser, requireUser } from './own-users.js'
import { checkUserId } from './user-directory.js'

/** Forgets failed guesses at the password, whoever keeps the users: they may try again at once. @throws AuthError `not_found`. */
export async function unlockUser(kernel: Kernel, userId: string): Promise<void> {
  if (kernel.users.own !== null) await requireUser(kernel, userId)
  else if ((await kernel.store.subjects.find(checkUserId(userId))).value === null) throw noSuchUser()
  await forgetGuesses(kernel, userId)
  kernel.record('user_unlocked', { userId })
}
