// What the documents say of the code, held against the code.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listErrorCodes } from '../../packages/sessera/src/errors.js'

const root = new URL('../../', import.meta.url).pathname
const documents = markdownBelow(root)

describe('docs/errors.md', () => {
  it('lists every code of the table with its status, in the same order, and no other', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)]
    const documented = rows.map(([, code, status]) => `${code} ${status}`)
    expect(documented).toEqual(listErrorCodes().map(({ code, status }) => `${code} ${status}`))
  })
})

describe.each(documents)('%s', (name) => {
  it('links only to files that exist', () => {
    const targets = [...read(name).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target ?? '')
    const missing = targets.filter((target) => !existsSync(join(root, dirname(name), target)))
    expect(missing).toEqual([])
  })

  it('imports only subpaths that the library exports', () => {
    const { exports } = JSON.parse(read('packages/sessera/package.json')) as {
      exports: Record<string, unknown>
    }
    const subpaths = Object.keys(exports).map((key) => `sessera${key.slice(1)}`)
    const imported = [...read(name).matchAll(/from '(sessera(?:\/[\w-]+)?)'/g)].map(
      ([, subpath]) => subpath ?? '',
    )
    expect(imported.filter((subpath) => !subpaths.includes(subpath))).toEqual([])
  })
})

function read(name: string): string {
  return readFileSync(join(root, name), 'utf8')
}

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return markdownBelow(path)
    return entry.name.endsWith('.md') ? [relative(root, path)] : []
  })
}
