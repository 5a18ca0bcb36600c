// The `administration` of the options: who may administer over HTTP, where invitations lead, how long the record is kept.

import { parseDuration } from './domain/duration.js'
import { ConfigurationError } from './errors.js'

export interface AdministrationOptions {
  /**
   * Opens `/auth/admin` to users with this role and a proof of the last 15 minutes, and keeps the last one of them from
   * being lost. Default: there are no such routes, whatever roles the app has.
   */
  readonly role?: string
  /**
   * Where people set a password with an invitation, such as `https://app.example/welcome?invitation={token}`. Without it an
   * invitation is a token, and the app makes the link.
   */
  readonly invitationLink?: string
  /** How long the record of who did what is kept. Default `'400d'`; at least a day. */
  readonly keepAudit?: string | number
}

export interface Administration {
  readonly role: string | null
  readonly invitationLink: string | null
  readonly keepAuditMs: number
}

export const administrationOptionNames: Readonly<Record<keyof AdministrationOptions, true>> = {
  role: true,
  invitationLink: true,
  keepAudit: true,
}

const day = 86_400_000

/** @throws ConfigurationError */
export function parseAdministration({
  role,
  invitationLink,
  keepAudit = '400d',
}: AdministrationOptions = {}): Administration {
  if (role !== undefined && !/^[!-~]{1,64}$/.test(role)) {
    throw new ConfigurationError(
      `administration.role is "${role}". Write a role of 1 to 64 characters without spaces, such as "admin".`,
    )
  }
  if (invitationLink !== undefined && !isLink(invitationLink)) {
    throw new ConfigurationError(
      `administration.invitationLink is "${invitationLink}". Write an address with {token} in it, such as "https://app.example/welcome?invitation={token}".`,
    )
  }
  const keepAuditMs = parseDuration(keepAudit)
  if (keepAuditMs < day) {
    throw new ConfigurationError(
      'administration.keepAudit is less than a day. Write a longer time, such as "400d".',
    )
  }
  return { role: role ?? null, invitationLink: invitationLink ?? null, keepAuditMs }
}

function isLink(text: string): boolean {
  return (
    text.split('{token}').length === 2 && /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')
  )
}
