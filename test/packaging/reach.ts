// What a file of a package pulls in when it is imported, followed from import to import.

import { readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'

export interface Reach {
  /** Of the package itself, relative to it, the first one included. */
  readonly files: readonly string[]
  /** Other packages that must be there; Node's own modules left out. */
  readonly packages: readonly string[]
}

/** @param entry a `.js` or `.d.ts` file, relative to the package. Imports that wait for a call are not followed. */
export function reachOf(folder: string, entry: string): Reach {
  const files = new Set<string>()
  const packages = new Set<string>()
  function visit(file: string): void {
    if (files.has(file)) return
    files.add(file)
    for (const specifier of importsOf(readFileSync(join(folder, file), 'utf8'))) {
      if (specifier.startsWith('.')) visit(resolve(file, specifier))
      else if (!specifier.startsWith('node:')) packages.add(packageOf(specifier))
    }
  }
  visit(normalize(entry))
  return { files: [...files].sort(), packages: [...packages].sort() }
}

function importsOf(code: string): readonly string[] {
  return [...code.matchAll(/^\s*(?:import|export)\b(?:[^'";]*?\bfrom)? ?['"]([^'"]+)['"]/gm)].map(
    ([, specifier = '']) => specifier,
  )
}

function resolve(from: string, specifier: string): string {
  const file = join(from, '..', specifier)
  return from.endsWith('.d.ts') ? file.replace(/\.js$/, '.d.ts') : file
}

function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}
