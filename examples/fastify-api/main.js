// Starts the app of app.js on http://localhost:3000 (PORT) with auth.db beside this file (DATABASE).
// On the first start it creates the user `ada` and prints her password.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { AuthError, createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { createApp } from './app.js'

const { PORT: port = '3000', DATABASE: database = join(import.meta.dirname, 'auth.db') } = process.env
const origin = `http://localhost:${port}`
const auth = createAuth({ origin, store: sqlite(database), trustedOrigins: ['http://localhost:5173'] })

const password = randomBytes(15).toString('base64url')
try {
  await auth.users.create({ username: 'ada', password })
  console.log(`Created the user ada. Her password, shown this once: ${password}`)
} catch (error) {
  if (!(error instanceof AuthError && error.code === 'username_taken')) throw error
  console.log(`The user ada is in ${database} from an earlier start. Delete that file to begin anew.`)
}

const app = await createApp(auth)
await app.listen({ port: Number(port), host: 'localhost' })
console.log(`Listening on ${origin}`)
