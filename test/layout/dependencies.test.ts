// docs/dependencies.md gives the reason for every dependency, and nothing is installed that it does not name.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = read('docs/dependencies.md')

interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

interface LockedPackage {
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Record<string, string>
}

describe.each([
  { heading: 'sessera', manifest: 'packages/sessera/package.json' },
  { heading: 'sessera-server', manifest: 'packages/server/package.json' },
  { heading: 'The workshop', manifest: 'package.json' },
])('$manifest', ({ heading, manifest }) => {
  it('names the packages that the page explains, and no other', () => {
    const { dependencies, peerDependencies, devDependencies } = JSON.parse(read(manifest)) as Manifest
    const installed = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })
    expect(explained(heading)).toEqual(installed.sort())
  })
})

describe('the lock file', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }
  const packages = Object.entries(lock.packages)

  it('names no registry, so that it serves any mirror', () => {
    expect(packages.filter(([, { resolved }]) => resolved?.includes('://')).map(([path]) => path)).toEqual([])
  })

  it('holds the binaries of every platform, without which `npm ci` refuses it', () => {
    const named = packages.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies))
    expect(named.filter((name) => !(`node_modules/${name}` in lock.packages))).toEqual([])
  })

  it('holds the digest of every package', () => {
    const bare = packages.filter(
      ([path, { integrity, link }]) => path.startsWith('node_modules/') && !link && !integrity,
    )
    expect(bare.map(([path]) => path)).toEqual([])
  })

  it('has install scripts only where they are needless, since .npmrc forbids them', () => {
    // The first looks for its prebuilt binary, which it also does when it is loaded; the second is macOS only.
    const known = ['node_modules/@photostructure/sqlite', 'node_modules/fsevents']
    const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)
    expect(scripted.filter((path) => !known.includes(path))).toEqual([])
    expect(read('.npmrc')).toContain('ignore-scripts=true')
  })
})

function explained(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  return [...section.matchAll(/^- `([^`]+)`: \S.{10,}$/gm)].map((match) => match[1] ?? '').sort()
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}
