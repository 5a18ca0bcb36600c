// The secret that the server makes in its data folder: once, for its owner only, never replaced.

import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDataFolder } from '../../packages/server/src/data-folder.js'
import { openSecretFile, type SecretFile } from '../../packages/server/src/secret-file.js'

let parent: string
let folder: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sessera-secret-'))
  folder = join(parent, 'data')
})

afterEach(() => rmSync(parent, { recursive: true, force: true }))

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

async function openIn(path: string): Promise<SecretFile> {
  await createDataFolder(path)
  return await openSecretFile(path, { randomBytes })
}

describe('the secret of a data folder', () => {
  it('is made at the first start: 256 bits, for the owner only', async () => {
    const { secret, path, created } = await openIn(folder)
    expect(created).toBe(true)
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect({ folder: modeOf(folder), file: modeOf(path) }).toEqual({ folder: '700', file: '600' })
    expect(readFileSync(path, 'utf8')).toBe(`${secret}\n`)
  })

  it('is the same at the second', async () => {
    const first = await openIn(folder)
    expect(await openIn(folder)).toEqual({ ...first, created: false })
  })

  it('is one, however many start at once, and nothing is left lying about', async () => {
    const opened = await Promise.all(Array.from({ length: 16 }, () => openIn(folder)))
    expect(new Set(opened.map(({ secret }) => secret)).size).toBe(1)
    expect(opened.filter(({ created }) => created)).toHaveLength(1)
    expect(readdirSync(folder)).toEqual(['secret'])
  })

  it('is closed to others when they could read it, and that is told', async () => {
    const { path, secret } = await openIn(folder)
    chmodSync(path, 0o644)
    expect(await openIn(folder)).toEqual({ path, secret, created: false, tightened: true })
    expect(modeOf(path)).toBe('600')
  })

  it('may be one that the operator wrote', async () => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'secret'), '  a secret that somebody made themselves  \n', { mode: 0o600 })
    expect((await openIn(folder)).secret).toBe('a secret that somebody made themselves')
  })

  it('is never replaced, not even when it is too short', async () => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'secret'), 'short\n', { mode: 0o600 })
    await expect(openIn(folder)).rejects.toThrow(
      'holds 5 characters, which is no secret. Restore it from a backup',
    )
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('short\n')
  })
})

describe('a data folder that cannot be used', () => {
  it('is named when a file has its place', async () => {
    writeFileSync(folder, '')
    await expect(openIn(folder)).rejects.toThrow(`"${folder}" cannot be the data folder`)
  })

  it('is named when the secret is a folder', async () => {
    mkdirSync(join(folder, 'secret'), { recursive: true })
    await expect(openIn(folder)).rejects.toThrow(`"${folder}" cannot be the data folder`)
  })

  // Root may write anywhere but where nobody can.
  it.runIf(process.platform === 'linux')('is named when it may not be written to', async () => {
    await expect(openIn('/sys/sessera')).rejects.toThrow(
      'The server may not write to "/sys/sessera". Correct its owner or mode, or set SESSERA_DATA to another folder.',
    )
  })
})
