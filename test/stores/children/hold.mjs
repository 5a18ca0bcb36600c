// Begins to write to the file, says so, and never finishes.

import { loadSqlite } from '../../../packages/sessera/dist/stores/sqlite/module.js'

const { DatabaseSync } = await loadSqlite()
const database = new DatabaseSync(process.argv[2] ?? '')
database.exec("BEGIN IMMEDIATE; UPDATE sessera_subjects SET epoch = 1000 WHERE user_id = 'u-1'")
process.stdout.write('holding\n')
setInterval(() => database, 1000)
