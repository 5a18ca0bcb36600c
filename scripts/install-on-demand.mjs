// Packages that one slow test needs and nothing else: installed when it runs, into a folder of their own in .cache/.
// Invariant: `.cache/<name>` is whole or not there; it appears by one rename, whatever interrupts the installation.

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const cache = fileURLToPath(new URL('../.cache/', import.meta.url))
const run = promisify(execFile)

/**
 * @param {string} name
 * @param {readonly string[]} packages as `npm install` takes them, with their versions
 * @returns {Promise<string>} the folder whose node_modules holds them
 */
export async function installOnDemand(name, packages) {
  const folder = join(cache, name)
  if (holds(folder, packages)) return folder

  mkdirSync(cache, { recursive: true })
  const attempt = mkdtempSync(`${folder}-`)
  try {
    // A package.json of its own keeps npm from taking the folder for a part of the workspace.
    writeFileSync(join(attempt, 'package.json'), '{ "private": true }\n')
    await run(
      'npm',
      ['install', '--prefix', attempt, '--no-save', '--no-package-lock', '--loglevel=error', ...packages],
      { cwd: attempt, shell: process.platform === 'win32' },
    )
    writeFileSync(wantedFile(attempt), JSON.stringify(packages))
    // Whoever was faster with the same packages has left nothing to do.
    if (!holds(folder, packages)) {
      rmSync(folder, { recursive: true, force: true })
      renameSync(attempt, folder)
    }
  } finally {
    rmSync(attempt, { recursive: true, force: true })
  }
  return folder
}

/**
 * @param {string} folder
 * @param {readonly string[]} packages
 */
function holds(folder, packages) {
  const file = wantedFile(folder)
  return existsSync(file) && readFileSync(file, 'utf8') === JSON.stringify(packages)
}

/** @param {string} folder */
function wantedFile(folder) {
  return join(folder, 'installed.json')
}
