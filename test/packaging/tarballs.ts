// What would be published: packs the built packages and installs tarballs as a stranger would.

import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

export interface Tarball {
  readonly path: string
  /** The files inside, relative to the package. */
  readonly files: readonly string[]
}

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}

/** Packs `packages/<folder>` as it was last built. */
export function pack({ folder, into }: { folder: string; into: string }): Tarball {
  mkdirSync(into, { recursive: true })
  const answer = run('npm', ['pack', '--json', '--pack-destination', into], join(root, 'packages', folder))
  const [packed] = JSON.parse(answer) as { filename: string; files: { path: string }[] }[]
  if (packed === undefined) throw new Error(`npm pack made nothing of packages/${folder}`)
  return { path: join(into, packed.filename), files: packed.files.map(({ path }) => path) }
}

/** An empty project with nothing but the given tarballs; packages that they need come from npm's cache where it can. */
export function installInto(project: string, tarballs: readonly Tarball[]): void {
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n')
  run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs.map(({ path }) => path)],
    project,
  )
}

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

/** Runs a command to its end and returns what it printed. @throws with both outputs when it fails. */
export function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}
