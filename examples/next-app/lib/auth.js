// One Auth for the process: Next loads this file several times, and again whenever you change something in development.

import { createAuth } from 'sessera'
import { forNext } from 'sessera/next'
import { sqlite } from 'sessera/sqlite'

const { PORT = '3000', DATABASE = 'auth.db' } = process.env

export const auth = () => {
  globalThis.auth ??= createAuth({
    origin: `http://localhost:${PORT}`,
    store: sqlite(DATABASE),
    registration: 'open',
  })
  return globalThis.auth
}

export const { handlers, guard, refusals, principal, findPrincipal, signIn, signOut } = forNext(auth)
