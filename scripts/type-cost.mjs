// What Sessera adds to the type-check of an app: the same app with it, with sessions by hand, and with nobody asked who
// it is. Run: node scripts/type-cost.mjs. Needs the build.

import { execFileSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = 7

/** What each app with Sessera is held against. */
const others = {
  'express/with-sessera': ['express/by-hand', 'express/bare'],
  'fastify/with-sessera': ['fastify/bare'],
  'hono/with-sessera': ['hono/middleware', 'hono/bare'],
}

/**
 * @typedef {object} Cost
 * @property {number} types
 * @property {number} instantiations
 * @property {number} checkSeconds
 * @property {number} totalSeconds
 */

/**
 * By one checker: each of several would make the types of the language anew, which are no app's.
 *
 * @param {string} app
 * @returns {Cost}
 */
export function typeCostOf(app) {
  const options =
    '--strict --noEmit --skipLibCheck --module nodenext --target es2023 --lib es2023 --types node --singleThreaded'
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
  const args = [tsc, ...options.split(' '), '--extendedDiagnostics', `${app}.ts`]
  const printed = execFileSync(process.execPath, args, { cwd: `${root}/scripts/type-cost`, encoding: 'utf8' })
  /** @param {string} name */
  const figure = (name) => {
    const [, value] = new RegExp(`^${name}:\\s+([\\d.]+)s?$`, 'm').exec(printed) ?? []
    if (value === undefined) throw new Error(`tsc does not say "${name}":\n${printed}`)
    return Number(value)
  }
  return {
    types: figure('Types'),
    instantiations: figure('Instantiations'),
    checkSeconds: figure('Check time'),
    totalSeconds: figure('Total time'),
  }
}

function print() {
  for (const [own, against] of Object.entries(others)) {
    const apps = [own, ...against]
    // In turn, so that what else the machine does meets all alike; the fastest round is the one that it left alone.
    const costs = Array.from({ length: rounds }, () => apps.map(typeCostOf))
    for (const [index, other] of against.entries()) {
      console.log(`${own}, ${other}`)
      for (const name of /** @type {const} */ (['types', 'instantiations', 'checkSeconds', 'totalSeconds'])) {
        const [ours = 0, theirs = 0] = [0, index + 1].map((app) =>
          Math.min(...costs.map((cost) => cost[app]?.[name] ?? 0)),
        )
        const figures = [ours, theirs].map((figure) => String(figure).padStart(8)).join(' ')
        console.log(`  ${name.padEnd(16)} ${figures}   ×${(ours / theirs).toFixed(2)}`)
      }
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) print()
