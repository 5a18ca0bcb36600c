// The recipes for Jest, each in a project of its own that has the packed library installed. Needs the build and npm.

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installOnDemand } from '../../scripts/install-on-demand.mjs'
import { installInto, pack, root, type Tarball } from '../packaging/tarballs.js'
import { makeFolder } from '../support/folder.js'

const run = promisify(execFile)
const folder = makeFolder()
let tarball: Tarball
let jest: string

beforeAll(async () => {
  jest = await installOnDemand('jest', ['jest@30', '@swc/core@1', '@swc/jest@0.2'])
  tarball = pack({ folder: 'sessera', into: folder.path })
})

afterAll(folder.remove)

it.each([
  { recipe: 'jest-esm', node: ['--experimental-vm-modules'] },
  { recipe: 'jest-commonjs', node: [] },
])('$recipe passes', async ({ recipe, node }) => {
  const project = join(folder.path, recipe)
  installInto(project, [tarball])
  for (const name of ['@swc/core', '@swc/jest', 'jest']) link(project, name, jest)
  link(project, 'express', root)
  const app = join(root, 'test/recipes/app.js')
  if (recipe === 'jest-esm') cpSync(app, join(project, 'app.js'))
  cpSync(join(root, 'test/recipes', recipe), project, { recursive: true })

  // Vitest's own NODE_ENV and the like would not be there.
  const env = { PATH: process.env['PATH'], CI: 'true' }
  const { stderr } = await run(process.execPath, [...node, 'node_modules/jest/bin/jest.js'], {
    cwd: project,
    env,
  })
  expect(stderr).toContain('Tests:       4 passed, 4 total')
})

/** Installed for the recipe, without another copy. */
function link(project: string, name: string, from: string): void {
  const at = join(project, 'node_modules', name)
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(join(from, 'node_modules', name), at)
}
