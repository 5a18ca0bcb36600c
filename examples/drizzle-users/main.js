// Starts the app of app.js on http://localhost:3000 (PORT). Its table is in people.db, Sessera's are in auth.db, both beside this file
// (PEOPLE, DATABASE). On the first start the table has ada@example.com, as another program left her there.

import { randomBytes, scryptSync } from 'node:crypto'
import { dirname, join } from 'node:path'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { createApp } from './app.js'
import { openPeople, people } from './people.js'
import { createUserSource } from './users.js'

const { PORT: port = '3000', DATABASE: database = join(import.meta.dirname, 'auth.db') } = process.env
const { PEOPLE: table = join(dirname(database), 'people.db') } = process.env
const origin = `http://localhost:${port}`

const db = openPeople(table)
const auth = createAuth({ origin, store: sqlite(database), users: createUserSource(db) })

if ((await db.select().from(people)).length === 0) {
  const password = randomBytes(15).toString('base64url')
  const ada = { email: 'ada@example.com', name: 'Ada', role: 'admin', passwordHash: oldHash(password) }
  await db.insert(people).values(ada)
  console.log(`Created the user ada. Her password, shown this once: ${password}`)
}

createApp(auth, db).listen(Number(port), 'localhost', (error) => {
  if (error) throw error
  console.log(`Listening on ${origin}`)
})

/** As Werkzeug writes it. Sessera reads it, and puts one of its own in its place at the first sign-in. @param {string} password */
function oldHash(password) {
  const salt = randomBytes(8).toString('hex')
  const digest = scryptSync(password, salt, 64, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 })
  return `scrypt:32768:8:1$${salt}$${digest.toString('hex')}`
}
