// What a page loads of the client: little, nothing of the server, and only what it uses.

import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { bundle } from '../support/bundle.js'

const sizeOf = (code: string): number => gzipSync(code, { level: 9 }).length

it('the client is below 5 kB, and made of its own folder', async () => {
  const { code, modules } = await bundle("export * from './client/index.ts'")
  expect(sizeOf(code)).toBeLessThan(5000)
  expect(modules.length).toBeGreaterThan(5)
  expect(modules.filter((path) => !path.startsWith('client/'))).toEqual([])
  expect(code).not.toMatch(/\bimport\b[^.]/)
})

it('the React binding is below 1 kB, without the client', async () => {
  const { code, modules } = await bundle("export * from './react/index.ts'")
  expect(sizeOf(code)).toBeLessThan(1000)
  expect(modules).toEqual(['react/index.ts'])
})

it('a page that only tells errors apart loads nothing but the error', async () => {
  const { code, modules } = await bundle("export { ClientError } from './client/index.ts'")
  expect(modules.filter((path) => !path.endsWith('index.ts'))).toEqual(['client/client-error.ts'])
  expect(code).not.toContain('fetch')
})

it('nothing is left of an import that is not used', async () => {
  const { code } = await bundle("import { createClient } from './client/index.ts'\nexport const other = 1")
  expect(code).not.toContain('function')
})
