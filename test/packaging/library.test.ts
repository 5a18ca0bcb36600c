// The library as npm would hand it to a stranger: complete, well-typed in every module resolution, small, inert.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installInto, pack, readManifest, root, run, type Tarball } from './tarballs.js'

const { exports = {} } = readManifest(join(root, 'packages/sessera/package.json'))
const subpaths = Object.entries(exports).flatMap(([subpath, target]) =>
  typeof target === 'string' ? [] : [{ subpath, specifier: `sessera${subpath.slice(1)}`, ...target }],
)
const megabyte = 1024 * 1024

let folder: string
let project: string
let tarball: Tarball

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessera-packaging-'))
  project = join(folder, 'stranger')
  tarball = pack({ folder: 'sessera', into: folder })
  installInto(project, [tarball])
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

  it.each(subpaths)('can import $specifier without any optional peer', ({ specifier }) => {
    const names = run(
      process.execPath,
      ['--input-type=module', '-e', `console.log(Object.keys(await import('${specifier}')).length)`],
      project,
    )
    expect(Number(names)).toBeGreaterThan(0)
  })

  it.each(subpaths)('can require $specifier, there being no top-level await', ({ specifier }) => {
    const names = run(
      process.execPath,
      ['--input-type=commonjs', '-e', `console.log(Object.keys(require('${specifier}')).length)`],
      project,
    )
    expect(Number(names)).toBeGreaterThan(0)
  })

  it.each([
    { module: 'node16', moduleResolution: 'node16' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
    { module: 'esnext', moduleResolution: 'bundler' },
  ])('type-checks it, declarations included, under $moduleResolution', ({ module, moduleResolution }) => {
    linkTypes(project)
    const config = `tsconfig.${moduleResolution}.json`
    writeFileSync(
      join(project, config),
      JSON.stringify({
        compilerOptions: {
          module,
          moduleResolution,
          target: 'es2023',
          lib: ['es2023'],
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          skipLibCheck: false,
        },
        files: ['stranger.ts'],
      }),
    )
    const names = subpaths.map((_, index) => `part${index}`)
    writeFileSync(
      join(project, 'stranger.ts'),
      [
        ...subpaths.map(({ specifier }, index) => `import * as part${index} from '${specifier}'`),
        // An export that does not exist must be an error, or the types above are not seen at all.
        ...names.map((name) => `// @ts-expect-error\n${name}.surelyNotExported`),
      ].join('\n'),
    )
    run(bin('tsc'), ['-p', config], project)
  })
})

describe('the code', () => {
  it('is as it was written but for the types, and names no source map that is not there', () => {
    const code = readFileSync(join(project, 'node_modules/sessera/dist/errors.js'), 'utf8')
    expect(code).toContain('// The closed table of refusals.')
    expect(code).not.toContain('sourceMappingURL')
  })
})

function bin(name: string): string {
  return join(root, 'node_modules/.bin', name)
}

/** The types that a user of Node and Express has; ours refer to them. */
function linkTypes(into: string): void {
  rmSync(join(into, 'node_modules/@types'), { recursive: true, force: true })
  symlinkSync(join(root, 'node_modules/@types'), join(into, 'node_modules/@types'))
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
    .map((name) => statSync(join(path, name)))
    .filter((entry) => entry.isFile())
    .reduce((sum, { size }) => sum + size, 0)
}
