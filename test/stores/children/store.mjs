// Opens the built SQLite store for a child process of a test: `node <child>.mjs <file> <arguments…>`.

import { createSystemRandom, systemClock } from '../../../packages/sessera/dist/ports/system.js'
import { sqlite } from '../../../packages/sessera/dist/stores/sqlite.js'

export const [path = '', ...rest] = process.argv.slice(2)

export function open(options = {}) {
  return sqlite(path, { patience: '30s', ...options }).open({
    clock: systemClock,
    random: createSystemRandom(),
    keepChangesMs: 360_000,
  })
}
