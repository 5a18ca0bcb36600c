// A closed database of @photostructure/sqlite keeps its locks until its statements are collected: in a process that ends,
// at once; in a test, when this is done.

import { existsSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Resolves when this process holds no lock any more on the closed database at `path`. */
export async function letGo(path: string): Promise<void> {
  for (let round = 0; existsSync(`${path}-wal`); round += 1) {
    if (round === 100) throw new Error(`Something still holds ${path}.`)
    collect()
    await setImmediate()
  }
}
