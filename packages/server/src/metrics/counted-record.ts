// What is on record, counted: sign-ins, sessions, refusals. The record itself says who and why.

import { Counter, type Registry } from 'prom-client'
import type { Auth, Events } from 'sessera'

const signInOutcomes: Readonly<Partial<Record<Events['audited']['name'], string>>> = {
  authn_login_success: 'success',
  authn_login_fail: 'failure',
  authn_login_lock: 'locked',
}

/** An app may name causes of its own, so the others are one. */
const endCauses = new Set([
  'signed_out',
  'replaced',
  'ended_by_user',
  'ended_by_app',
  'ended_by_administrator',
  'password_changed',
  'disabled',
  'deleted',
  'too_many',
  'theft',
])

export function countRecord(auth: Pick<Auth, 'on'>, registry: Registry): void {
  const registers = [registry]
  const signIns = new Counter({
    name: 'sessera_sign_ins_total',
    help: 'Attempts to sign in, by outcome. "locked": the attempt that used up the last guess.',
    labelNames: ['outcome'],
    registers,
  })
  const rateLimited = new Counter({
    name: 'sessera_rate_limited_total',
    help: 'Attempts refused because there were too many.',
    registers,
  })
  const started = new Counter({
    name: 'sessera_sessions_started_total',
    help: 'Sessions started, by mode.',
    labelNames: ['mode'],
    registers,
  })
  const ended = new Counter({
    name: 'sessera_sessions_ended_total',
    help: 'Sessions ended before their time, by cause. "theft": an old refresh token was used again.',
    labelNames: ['cause'],
    registers,
  })
  const recorded = new Counter({
    name: 'sessera_audit_events_total',
    help: 'Lines of the audit record, by event.',
    labelNames: ['event'],
    registers,
  })

  // A rate can be told of what was zero before, not of what was not there.
  for (const outcome of Object.values(signInOutcomes)) signIns.inc({ outcome }, 0)
  for (const cause of [...endCauses, 'other']) ended.inc({ cause }, 0)

  auth.on('audited', ({ name }) => {
    recorded.inc({ event: name })
    const outcome = signInOutcomes[name]
    if (outcome !== undefined) signIns.inc({ outcome })
    if (name === 'excess_rate_limit_exceeded') rateLimited.inc()
  })
  auth.on('signedIn', ({ mode }) => started.inc({ mode }))
  auth.on('sessionEnded', ({ cause }) => ended.inc({ cause: endCauses.has(cause) ? cause : 'other' }))
}
