// The stand-alone server as npm would hand it out, installed beside the library's tarball.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installInto, pack, readManifest, root, run, type Tarball } from './tarballs.js'

let folder: string
let project: string
let tarball: Tarball

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessera-packaging-'))
  project = join(folder, 'stranger')
  tarball = pack({ folder: 'server', into: folder })
  installInto(project, [tarball, pack({ folder: 'sessera', into: folder })])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  it('satisfies publint', () => {
    expect(run(join(root, 'node_modules/.bin/publint'), ['run', tarball.path, '--strict'], root)).toContain(
      'All good!',
    )
  })

  it('needs exactly the version of the library that it was built with', () => {
    const library = readManifest(join(root, 'packages/sessera/package.json'))
    const server = JSON.parse(readFileSync(join(root, 'packages/server/package.json'), 'utf8')) as {
      version: string
      dependencies: Record<string, string>
    }
    expect(server.dependencies['sessera']).toBe(library.version)
    expect(server.version).toBe(library.version)
  })
})

describe('an empty project that installs it', () => {
  it('has the command `sessera`', () => {
    expect(existsSync(join(project, 'node_modules/.bin/sessera'))).toBe(true)
    const main = readFileSync(join(project, 'node_modules/sessera-server/dist/main.js'), 'utf8')
    expect(main.startsWith('#!/usr/bin/env node\n')).toBe(true)
  })
})
