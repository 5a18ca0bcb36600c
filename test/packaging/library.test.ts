// The library as npm would hand it to a stranger: complete, well-typed in every module resolution, small, inert.

import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Reach, reachOf } from './reach.js'
import { installInto, pack, readManifest, root, run, type Tarball } from './tarballs.js'

const {
  exports = {},
  dependencies = {},
  peerDependencies = {},
} = readManifest(join(root, 'packages/sessera/package.json'))
const subpaths = Object.entries(exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, specifier: `sessera${subpath.slice(1)}`, ...target }],
)
const megabyte = 1024 * 1024
const resolutions = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]

let folder: string
let project: string
/** The same with every peer, and their types, in it. */
let besidePeers: string
let tarball: Tarball

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessera-packaging-'))
  project = join(folder, 'stranger')
  tarball = pack({ folder: 'sessera', into: folder })
  installInto(project, [tarball])
  besidePeers = join(folder, 'beside-peers')
  cpSync(project, besidePeers, { recursive: true })
  link(project, ['@types/node'])
  link(besidePeers, ['@types', ...Object.keys(peerDependencies)])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  it.each(subpaths)('holds the code and the types of $specifier', ({ types, default: code }) => {
    expect(tarball.files).toContain(code.slice(2))
    expect(tarball.files).toContain(types.slice(2))
  })

  it('holds the built files, the licence and package.json, and nothing else but a README', () => {
    expect(tarball.files).toContain('LICENSE')
    const others = tarball.files.filter(
      (path) =>
        !/^dist\/.+\.(js|d\.ts)$|^dist\/openapi\.json$|^(LICENSE|README\.md|package\.json)$/.test(path),
    )
    expect(others).toEqual([])
  })

  it('satisfies publint', () => {
    expect(run(bin('publint'), ['run', tarball.path, '--strict'], root)).toContain('All good!')
  })

  it('resolves with the right types everywhere (attw)', () => {
    run(bin('attw'), [tarball.path, '--profile', 'esm-only', '--no-definitely-typed', '--no-color'], root)
  })
})

describe('an empty project that installs it', () => {
  it('has at most four runtime packages, one of them the Argon2 binary of this platform', () => {
    const packages = installedPackages(project)
    const binaries = packages.filter(({ name }) => name.startsWith('@node-rs/argon2-'))
    expect(packages.map(({ name }) => name).filter((name) => !name.startsWith('@node-rs/argon2-'))).toEqual([
      '@node-rs/argon2',
      'sessera',
      'valibot',
    ])
    expect(binaries).toHaveLength(1)
  })

  it('has grown by at most 5 MB', () => {
    expect(sizeOf(join(project, 'node_modules'))).toBeLessThanOrEqual(5 * megabyte)
  })

  it('ran no code of ours or of our dependencies while installing', () => {
    const scripted = installedPackages(project).filter(({ scripts = {} }) =>
      ['preinstall', 'install', 'postinstall'].some((script) => script in scripts),
    )
    expect(scripted.map(({ name }) => name)).toEqual([])
  })

  it.each(subpaths)(
    'can import $specifier, or is told which package to install',
    ({ specifier, default: code }) => {
      const program = `console.log(Object.keys(await import('${specifier}')).length)`
      const { stdout, stderr } = runProgram('module', program)
      const missing = missingIn(reach(code))
      if (missing.length === 0) expect(Number(stdout)).toBeGreaterThan(0)
      else expect(stderr).toContain(`Cannot find package '${missing[0]}'`)
    },
  )

  it.each(subpaths)(
    'can require $specifier without a warning, or is told which package to install',
    ({ specifier, default: code }) => {
      const program = `console.log(Object.keys(require('${specifier}')).length)`
      const { stdout, stderr } = runProgram('commonjs', program)
      const missing = missingIn(reach(code))
      if (missing.length > 0) expect(stderr).toContain(`Cannot find package '${missing[0]}'`)
      else expect([stderr, Number(stdout) > 0]).toEqual(['', true])
    },
  )

  it('needs no peer but for what is named after it', () => {
    const needs = subpaths.map(({ subpath, default: code }) => [subpath, missingIn(reach(code))] as const)
    expect(needs.filter(([, missing]) => missing.length > 0)).toEqual(
      needs.filter(([subpath]) => subpath === './react').map(([subpath]) => [subpath, ['react']]),
    )
  })

  it('says what to install for SQLite where Node has none of its own', () => {
    const program = `
      import { createAuth } from 'sessera'
      import { sqlite } from 'sessera/sqlite'
      const auth = createAuth({ origin: 'http://localhost:3000', store: sqlite('auth.db'), secrets: ['${'s'.repeat(32)}'] })
      try {
        await auth.ready()
        console.log('open')
      } catch ({ message }) {
        console.log(message)
      }
      await auth.close()`
    const hasOwn = process.getBuiltinModule('node:sqlite') !== undefined
    expect(runProgram('module', program).stdout).toContain(
      hasOwn ? 'open' : 'Run "npm install @photostructure/sqlite"',
    )
  })

  it.each(resolutions)(
    'type-checks what needs no peer under $moduleResolution, declarations included',
    (how) => {
      const alone = subpaths.filter(({ types }) => missingIn(reach(types)).length === 0)
      expect(alone.map(({ subpath }) => subpath)).toEqual(
        expect.arrayContaining(['.', './memory', './sqlite', './node', './testing']),
      )
      typeCheck({ ...how, at: project, specifiers: alone.map(({ specifier }) => specifier) })
    },
  )

  it.each(resolutions)('type-checks all of it beside its peers under $moduleResolution', (how) => {
    const specifiers = subpaths.map(({ specifier }) => specifier)
    // What the peers themselves declare takes seconds to check: once.
    typeCheck({ ...how, at: besidePeers, specifiers, skipLibCheck: how.moduleResolution !== 'nodenext' })
  })
})

describe('the code', () => {
  it('of one subpath does not bring the others along', () => {
    const filesOf = (subpath: string): readonly string[] =>
      reach(subpaths.find((each) => each.subpath === subpath)?.default ?? '').files
    const others = /^dist\/(?:stores|frameworks|testing|client|react)\//
    expect(filesOf('.').filter((file) => others.test(file))).toEqual([])
    expect(filesOf('./memory').every((file) => /^dist\/(?:stores|domain|errors\.js$)/.test(file))).toBe(true)
  })

  it.each(subpaths.filter(({ subpath }) => subpath === './client' || subpath === './react'))(
    'of $specifier, which goes into browsers, is its own',
    ({ subpath, default: code }) => {
      const { files, packages } = reach(code)
      const own = subpath === './client' ? /^dist\/client\// : /^dist\/(?:react|client)\//
      expect(files.filter((file) => !own.test(file))).toEqual([])
      expect(packages).toEqual(subpath === './client' ? [] : ['react'])
    },
  )

  it('is as it was written but for the types, and names no source map that is not there', () => {
    const code = readFileSync(join(project, 'node_modules/sessera/dist/errors.js'), 'utf8')
    expect(code).toContain('// The closed table of refusals.')
    expect(code).not.toContain('sourceMappingURL')
  })
})

function bin(name: string): string {
  return join(root, 'node_modules/.bin', name)
}

function reach(file: string): Reach {
  return reachOf(join(project, 'node_modules/sessera'), file)
}

/** What a stranger who has installed nothing else would have to install. */
function missingIn({ packages }: Reach): readonly string[] {
  return packages.filter((name) => !Object.hasOwn(dependencies, name))
}

function runProgram(type: 'module' | 'commonjs', program: string): { stdout: string; stderr: string } {
  return spawnSync(process.execPath, [`--input-type=${type}`, '-e', program], {
    cwd: project,
    encoding: 'utf8',
  })
}

interface TypeCheck {
  readonly at: string
  readonly module: string
  readonly moduleResolution: string
  readonly specifiers: readonly string[]
  readonly skipLibCheck?: boolean
}

function typeCheck({ at, module, moduleResolution, specifiers, skipLibCheck = false }: TypeCheck): void {
  const config = `tsconfig.${moduleResolution}.json`
  writeFileSync(
    join(at, config),
    JSON.stringify({
      compilerOptions: {
        module,
        moduleResolution,
        target: 'es2023',
        lib: ['es2023', 'dom'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck,
      },
      files: ['stranger.ts'],
    }),
  )
  writeFileSync(
    join(at, 'stranger.ts'),
    [
      ...specifiers.map((specifier, index) => `import * as part${index} from '${specifier}'`),
      // An export that does not exist must be an error, or the types above are not seen at all.
      ...specifiers.map((_, index) => `// @ts-expect-error\npart${index}.surelyNotExported`),
    ].join('\n'),
  )
  run(bin('tsc'), ['-p', config], at)
}

/** Puts packages of this repository into a project, as far as they are here. */
function link(into: string, names: readonly string[]): void {
  for (const name of names) {
    const from = join(root, 'node_modules', name)
    const to = join(into, 'node_modules', name)
    if (!existsSync(from)) continue
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(from, to)
  }
}

function installedPackages(at: string): { name: string; scripts?: Readonly<Record<string, string>> }[] {
  const modules = join(at, 'node_modules')
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  )
  return names
    .filter((name) => !name.startsWith('.') && !name.startsWith('@types/'))
    .map((name) => readManifest(join(modules, name, 'package.json')))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('@types'))
    .map((name) => statSync(join(path, name)))
    .filter((entry) => entry.isFile())
    .reduce((sum, { size }) => sum + size, 0)
}
