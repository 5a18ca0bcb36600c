// Finds every use of cryptography in the sources, and holds docs/cryptography.md to it (ASVS 5.0 11.1.2, 11.1.3).

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url).pathname
const page = readFileSync(join(root, 'docs/cryptography.md'), 'utf8')
const sources = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[\w-]+\/src\/.*\.tsx?$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, 'packages', name), 'utf8') }))

const providers = /node:crypto|@node-rs\/[\w-]+/

/** The values, not the types, that a source takes from a provider of cryptography. */
function usesIn(text: string): readonly string[] {
  const imports = text.matchAll(/import (type )?([^;'"]*?) from '([^']+)'/g)
  const named = [...imports].flatMap(([, type, names = '', from = '']) => {
    if (type !== undefined || !providers.test(from)) return []
    return names.replace(/[{}]/g, '').split(',').map(nameOf)
  })
  return [
    ...named.filter((name) => name !== ''),
    ...(/import\('@node-rs\//.test(text) ? ['import()'] : []),
  ].sort()
}

function nameOf(imported: string): string {
  const name = imported.trim()
  return name.startsWith('type ') ? '' : (name.split(' as ')[0] ?? '')
}

function labelsIn(text: string): readonly string[] {
  const derived = [
    ...text.matchAll(/\bderive\('([^']+)'\)/g),
    ...text.matchAll(/hkdfSync\([^)]*'([^']+)', \d+\)/g),
  ]
  return derived.map(([, label = '']) => label)
}

describe('docs/cryptography.md', () => {
  it('lists every source that uses cryptography, with what it imports, and no other', () => {
    const found = sources.flatMap(({ name, text }) => {
      const uses = usesIn(text)
      return uses.length === 0 ? [] : [[name, uses]]
    })
    const listed = [...page.matchAll(/^\| `([\w/.-]+\.tsx?)` \| ([^|]+) \|/gm)].map(
      ([, name = '', uses = '']) => [name, uses.split(', ').map((use) => use.trim().replaceAll('`', ''))],
    )
    expect(found.length).toBeGreaterThan(20)
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(found))
    expect(listed).toHaveLength(found.length)
  })

  it('names every label under which a key is derived', () => {
    const labels = sources.flatMap(({ text }) => labelsIn(text))
    expect(labels.length).toBeGreaterThan(8)
    expect(labels.filter((label) => !page.includes(`\`${label}\``))).toEqual([])
  })
})

describe('the sources', () => {
  it('take no randomness and no cryptography from elsewhere, but for when a client refreshes', () => {
    const elsewhere =
      /Math\.random|randomUUID|getRandomValues|crypto\.subtle|webcrypto|'(?:md5|sha-?224|aes-128|des-)/i
    expect(sources.filter(({ text }) => elsewhere.test(text)).map(({ name }) => name)).toEqual([
      'sessera/src/client/host.ts',
    ])
  })

  it('encrypt with AES-256-GCM only', () => {
    const ciphers = sources.flatMap(({ text }) => [...text.matchAll(/create(?:C|Dec)ipheriv\('([^']+)'/g)])
    expect(ciphers.map(([, cipher]) => cipher)).toEqual(['aes-256-gcm', 'aes-256-gcm'])
  })

  it('need SHA-1 for what others have made with it, and for nothing of their own', () => {
    const users = sources.filter(({ text }) => /'sha-?1'/i.test(text)).map(({ name }) => name)
    expect(users).toEqual(['sessera/src/passwords/pbkdf2.ts', 'sessera/src/passwords/range-check.ts'])
  })
})
