// What happens to accounts and sessions, as log lines: who, what, from where (ASVS 5.0 16.2.1).

import type { Auth, Log } from 'sessera'

export function logEvents(auth: Auth, log: Log): void {
  auth.on('userCreated', (event) => log.info('user created', { ...event }))
  auth.on('signedIn', (event) => log.info('signed in', { ...event }))
  // Without the login: people type passwords into that field.
  auth.on('signInFailed', ({ ip }) => log.warn('sign-in failed', { ip }))
  auth.on('sessionEnded', (event) => log.info('session ended', { ...event }))
  auth.on('userChanged', (event) => log.info('user changed', { ...event }))
}
