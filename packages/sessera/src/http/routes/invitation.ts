// Setting a password by link: for whoever is invited, and for the first administrator. Nobody is signed in by it.

import { acceptInvitation } from '../../kernel/accept-invitation.js'
import { createFirstAdministrator } from '../../kernel/first-administrator.js'
import * as shape from '../admin-contract.js'
import { open, type Route } from '../route.js'
import type { Offer } from '../routes.js'

/** None where the app keeps its users itself: their passwords are not ours to set. */
export function invitationRoutes({ adminRole, ownUsers }: Offer): readonly Route[] {
  if (!ownUsers) return []
  return adminRole === null ? [accept] : [accept, createFirst]
}

const accept: Route = open({
  method: 'POST',
  path: '{base}/invitation',
  summary: 'Set the password of whoever was invited. Works once; everything of theirs ends.',
  body: shape.invitationBody,
  success: { status: 204, schema: null },
  async answer({ kernel }, { token, password }) {
    await acceptInvitation(kernel, { token, password })
    return { status: 204 }
  },
})

const createFirst: Route = open({
  method: 'POST',
  path: '{base}/first-administrator',
  summary: 'Create the first administrator, with the token that the server told its operator at the start.',
  body: shape.firstAdministratorBody,
  success: { status: 204, schema: null },
  async answer({ kernel }, { token, username, password }) {
    await createFirstAdministrator(kernel, { token, username, password })
    return { status: 204 }
  },
})
