// The one client of this app: how it holds its session, and where the API is.

import { createClient } from 'sessera/client'

export const client = createClient({
  mode: 'token',
  origin: import.meta.env['VITE_API'] ?? 'http://localhost:3000',
})
