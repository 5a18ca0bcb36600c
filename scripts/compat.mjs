// The library's fast tests on the other supported Nodes. Each Node comes from the npm registry, as the package that
// holds nothing but the binary of this platform (no install script), and stays in .cache/.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { namesOf } from './projects.mjs'
import { runVitest } from './run-vitest.mjs'

export const compatMajors = [22, 24, 26]

/**
 * @param {object} run
 * @param {number} run.major
 * @param {string[]} run.extra
 * @returns {Promise<boolean>}
 */
export async function runCompat({ major, extra }) {
  const node = installNode(major)
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  console.log(`\nOn Node ${version}`)
  return runVitest({
    name: `compat-${major}`,
    projects: namesOf((project) => project.compat === true),
    node,
    extra,
  })
}

/**
 * @param {number} major
 * @returns {string} the path of the binary
 */
function installNode(major) {
  const folder = fileURLToPath(new URL(`../.cache/node-${major}`, import.meta.url))
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(binary)) return binary

  console.log(`Installing Node ${major} into .cache/ (about 200 MB, once)`)
  mkdirSync(folder, { recursive: true })
  // A package.json of its own keeps npm from taking the folder for a part of the workspace.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  execFileSync(
    'npm',
    ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--loglevel=error', `${name}@${major}`],
    {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    },
  )
  return binary
}
