// Administration of our own users table: who there is, who is invited, what they may do.

import type { ParsedDemands } from '../../domain/demands.js'
import { AuthError } from '../../errors.js'
import { deleteUser } from '../../kernel/delete-user.js'
import { findUser, listUsers } from '../../kernel/find-users.js'
import { importUsers } from '../../kernel/import-users.js'
import { inviteUser } from '../../kernel/invite-user.js'
import type { Kernel } from '../../kernel/kernel.js'
import { createUser } from '../../kernel/sign-up.js'
import { unlockUser } from '../../kernel/unlock-user.js'
import { replaceClaims, replaceRoles } from '../../kernel/user-changed.js'
import type { UserInfo } from '../../kernel/user-info.js'
import * as shape from '../admin-contract.js'
import { guarded, type Route } from '../route.js'
import { noQuery } from '../shapes.js'

export const adminDirectoryRoutes = (demands: ParsedDemands): readonly Route[] => [
  guarded({
    method: 'GET',
    path: '{base}/admin/users',
    summary: 'Users in the order of their names. `search` is what the username or the email begins with.',
    demands,
    query: shape.userListQuery,
    success: { status: 200, schema: shape.userList },
    answer: async ({ kernel }, _, query) => ({ status: 200, json: await listUsers(kernel, query) }),
  }),
  guarded({
    method: 'POST',
    path: '{base}/admin/users',
    summary: 'Create a user, who sets a password with the invitation in the answer.',
    demands,
    query: noQuery,
    body: shape.createUserBody,
    success: { status: 201, schema: shape.createdUser },
    async answer({ kernel }, { username, email = null, roles = [], claims = {} }) {
      const { id } = await createUser(kernel, { username, password: null, email, roles, claims })
      const invitation = await inviteUser(kernel, id, null)
      return { status: 201, json: { user: await describeUser(kernel, id), invitation } }
    },
  }),
  guarded({
    method: 'POST',
    path: '{base}/admin/users/import',
    summary:
      'Add users with the password hashes they have: at most 100 at once, and 64 KiB. Each gets a verdict. More at once: `sessera users import`.',
    demands,
    query: noQuery,
    body: shape.importBody,
    success: { status: 200, schema: shape.imported },
    async answer({ kernel }, { users, dryRun = false }) {
      return { status: 200, json: { verdicts: await importUsers(kernel, users, { dryRun }) } }
    },
  }),
  guarded({
    method: 'GET',
    path: '{base}/admin/users/{id}',
    summary: 'One user.',
    demands,
    query: noQuery,
    success: { status: 200, schema: shape.user },
    answer: async ({ kernel, id }) => ({ status: 200, json: await describeUser(kernel, id) }),
  }),
  guarded({
    method: 'DELETE',
    path: '{base}/admin/users/{id}',
    summary: 'Delete a user and end everything of theirs. Not the last administrator.',
    demands,
    query: noQuery,
    success: { status: 204, schema: null },
    async answer({ kernel, id }) {
      await deleteUser(kernel, id, { force: false })
      return { status: 204 }
    },
  }),
  guarded({
    method: 'POST',
    path: '{base}/admin/users/{id}/invitation',
    summary: 'Invite a user to set a first password, or a new one. Earlier invitations end.',
    demands,
    query: noQuery,
    success: { status: 201, schema: shape.invitation },
    answer: async ({ kernel, id }) => ({ status: 201, json: await inviteUser(kernel, id, null) }),
  }),
  guarded({
    method: 'POST',
    path: '{base}/admin/users/{id}/unlock',
    summary: 'Forget failed guesses at the password of a user, who may then try again at once.',
    demands,
    query: noQuery,
    success: { status: 204, schema: null },
    async answer({ kernel, id }) {
      await unlockUser(kernel, id)
      return { status: 204 }
    },
  }),
  guarded({
    method: 'PUT',
    path: '{base}/admin/users/{id}/roles',
    summary:
      'Replace the roles of a user. Access tokens issued before are refused. Not of the last administrator.',
    demands,
    query: noQuery,
    body: shape.rolesBody,
    success: { status: 204, schema: null },
    async answer({ kernel, id }, { roles }) {
      await replaceRoles(kernel, id, roles, { force: false })
      return { status: 204 }
    },
  }),
  guarded({
    method: 'PUT',
    path: '{base}/admin/users/{id}/claims',
    summary: 'Replace the claims of a user, at most 1 kB. Access tokens issued before are refused.',
    demands,
    query: noQuery,
    body: shape.claimsBody,
    success: { status: 204, schema: null },
    async answer({ kernel, id }, { claims }) {
      await replaceClaims(kernel, id, claims)
      return { status: 204 }
    },
  }),
]

/** @throws AuthError `not_found`. */
async function describeUser(kernel: Kernel, id: string): Promise<UserInfo> {
  const user = await findUser(kernel, { id })
  if (user === null) throw new AuthError('not_found', { detail: 'There is no such user.' })
  return user
}
