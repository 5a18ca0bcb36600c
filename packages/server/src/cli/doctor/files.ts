// The data folder, its files and its disk.

import { constants, existsSync } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseOf } from '../../auth-options.js'
import type { Config } from '../../config.js'
import { hasSecret } from '../../secrets.js'
import { toBytes } from '../text.js'
import { createCheck, type Finding } from './finding.js'

export async function examineFiles(config: Config): Promise<readonly Finding[]> {
  const { dataFolder, secrets } = config
  const check = createCheck('data folder')
  if (!existsSync(dataFolder)) {
    return [
      check.warning(
        `"${dataFolder}" does not exist yet. "sessera serve" makes it; else correct SESSERA_DATA.`,
      ),
    ]
  }
  if (!(await stat(dataFolder)).isDirectory()) {
    return [check.problem(`"${dataFolder}" is no folder. Set SESSERA_DATA to another one.`)]
  }
  const database = databaseOf(dataFolder)
  const secret = join(dataFolder, 'secret')
  const files = [dataFolder, secret, database, `${database}-wal`, `${database}-shm`]
  const open = await Promise.all(files.map(modeFinding))
  const found = [await accessFinding(config), ...open].filter((finding) => finding !== null)
  const fine = found.length > 0 ? found : [check.ok(`"${dataFolder}" is there, for its owner alone.`)]
  const lost = existsSync(database) && !hasSecret(config)
  return [...fine, secretFinding(secret, secrets !== null, lost), await diskFinding(dataFolder, database)]
}

async function accessFinding({ dataFolder }: Config): Promise<Finding | null> {
  const database = databaseOf(dataFolder)
  try {
    await access(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK)
    if (existsSync(database)) await access(database, constants.R_OK | constants.W_OK)
    return null
  } catch {
    return createCheck('data folder').problem(
      `This user may not write to "${dataFolder}". Run the command as the user of the server, or correct the owner.`,
    )
  }
}

async function modeFinding(path: string): Promise<Finding | null> {
  if (process.platform === 'win32' || !existsSync(path)) return null
  const found = await stat(path)
  const mode = found.mode & 0o777
  if ((mode & 0o077) === 0) return null
  const right = found.isDirectory() ? '700' : '600'
  const sentence = `Other users of this machine may open "${path}" (mode ${mode.toString(8)}). Run: chmod ${right} ${path}`
  const check = createCheck('file modes')
  return found.isDirectory() ? check.warning(sentence) : check.problem(sentence)
}

function secretFinding(path: string, isSet: boolean, lost: boolean): Finding {
  const check = createCheck('secret')
  if (isSet) return check.ok('It is set by the environment.')
  if (lost) {
    return check.problem(
      `"${path}" is missing, and the database was made with it. Put it back from your backup, or set SESSERA_SECRET.`,
    )
  }
  if (!existsSync(path)) return check.ok('The first start makes one in the data folder.')
  return check.ok(`It is in "${path}". Keep a copy, apart from those of the database.`)
}

const scarce = 100_000_000

async function diskFinding(folder: string, database: string): Promise<Finding> {
  const check = createCheck('disk')
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const size = existsSync(database) ? (await stat(database)).size : 0
  if (free < scarce) return check.problem(`Only ${toBytes(free)} are free for "${folder}". Make room.`)
  if (free < 2 * size) {
    return check.warning(
      `${toBytes(free)} are free, and the database has ${toBytes(size)}: there is no room to copy it twice. Make room.`,
    )
  }
  return check.ok(`${toBytes(free)} are free.`)
}
