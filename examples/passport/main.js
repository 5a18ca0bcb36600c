// Starts the app of app.js on http://localhost:3000 (PORT). Its table is in members.db, Sessera's are in auth.db, both beside this file
// (MEMBERS, DATABASE). On the first start the table gets the member `ada`.

import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { createApp } from './app.js'
import { createUserSource, openMembers } from './members.js'

const { PORT: port = '3000', DATABASE: database = join(import.meta.dirname, 'auth.db') } = process.env
const { MEMBERS: table = join(dirname(database), 'members.db') } = process.env
const origin = `http://localhost:${port}`

const members = openMembers(table)
const auth = createAuth({ origin, store: sqlite(database), users: createUserSource(members) })

const password = randomBytes(15).toString('base64url')
if (await members.add('ada', password)) {
  console.log(`Created the user ada. Her password, shown this once: ${password}`)
}

createApp(auth, members).listen(Number(port), 'localhost', (error) => {
  if (error) throw error
  console.log(`Listening on ${origin}`)
})
