// `sessera backup`: a copy of the database as it is at one moment, while the server runs.

import { existsSync } from 'node:fs'
import { backupSqlite } from 'sessera/sqlite'
import { databaseOf } from '../auth-options.js'
import type { Outcome } from './act.js'
import type { Shell } from './shell.js'
import { printable, toBytes, toJsonLine } from './text.js'
import { noDatabase, readConfig } from './with-auth.js'

export async function backup(shell: Shell, file: string, { json }: { readonly json?: true }): Outcome {
  const config = await readConfig(shell)
  const database = databaseOf(config.dataFolder)
  if (!existsSync(database)) throw noDatabase(config)
  const { bytes } = await backupSqlite(database, file)
  if (json) {
    await shell.out.write(toJsonLine({ file, bytes }))
    return undefined
  }
  await shell.err.write(
    `Wrote ${toBytes(bytes)} to ${printable(file)}. The server secret${config.peppers.length > 0 ? ' and the peppers are' : ' is'} not in it: keep a copy elsewhere, without which the backup opens nothing.\n`,
  )
  return undefined
}
