// Starts the chat of app.js on http://localhost:3000 (PORT) with auth.db beside this file (DATABASE). Anybody may register.

import { join } from 'node:path'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { createApp } from './app.js'

const { PORT: port = '3000', DATABASE: database = join(import.meta.dirname, 'auth.db') } = process.env
const origin = `http://localhost:${port}`
const auth = createAuth({ origin, store: sqlite(database), registration: 'open' })

createApp(auth).listen(Number(port), 'localhost', () => console.log(`Listening on ${origin}`))
