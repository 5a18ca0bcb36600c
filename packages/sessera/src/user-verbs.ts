// `auth.users`, but for signing in: each verb is one use case of the kernel.

import type { Auth } from './auth.js'
import { parseDuration } from './domain/duration.js'
import { acceptInvitation } from './kernel/accept-invitation.js'
import { deleteUser } from './kernel/delete-user.js'
import { findUser, listUsers } from './kernel/find-users.js'
import { createFirstAdministrator, inviteFirstAdministrator } from './kernel/first-administrator.js'
import { importUsers } from './kernel/import-users.js'
import { inviteUser } from './kernel/invite-user.js'
import type { Kernel } from './kernel/kernel.js'
import { createUser } from './kernel/sign-up.js'
import { unlockUser } from './kernel/unlock-user.js'
import { disableUser, enableUser, replaceClaims, replaceRoles, userChanged } from './kernel/user-changed.js'

export function createUserVerbs(kernelOf: () => Promise<Kernel>): Omit<Auth['users'], 'signIn'> {
  return {
    async create({ username, password = null, email = null, roles = [], claims = {} }) {
      return createUser(await kernelOf(), { username, password, email, roles, claims })
    },
    find: async (who) => findUser(await kernelOf(), who),
    list: async (query = {}) => listUsers(await kernelOf(), query),
    async invite(userId, { validFor } = {}) {
      const validForMs = validFor === undefined ? null : parseDuration(validFor)
      return inviteUser(await kernelOf(), userId, validForMs)
    },
    acceptInvitation: async (how) => acceptInvitation(await kernelOf(), how),
    async setRoles(userId, roles, { force = false } = {}) {
      return replaceRoles(await kernelOf(), userId, roles, { force })
    },
    setClaims: async (userId, claims) => replaceClaims(await kernelOf(), userId, claims),
    changed: async (userId) => userChanged(await kernelOf(), userId),
    disable: async (userId, { force = false } = {}) => disableUser(await kernelOf(), userId, { force }),
    enable: async (userId) => enableUser(await kernelOf(), userId),
    unlock: async (userId) => unlockUser(await kernelOf(), userId),
    delete: async (userId, { force = false } = {}) => deleteUser(await kernelOf(), userId, { force }),
    import: async (users, { dryRun = false } = {}) => importUsers(await kernelOf(), users, { dryRun }),
    inviteFirstAdministrator: async () => inviteFirstAdministrator(await kernelOf()),
    createFirstAdministrator: async (who) => createFirstAdministrator(await kernelOf(), who),
  }
}
