// Secrets that are handed over as files: read as if they were set, or refused.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.js'
import { readEnvironment } from '../../packages/server/src/environment.js'
import { makeFolder } from '../support/folder.js'

const secret = 'a server secret of at least 32 characters'
const other = 'another secret of at least 32 characters'

let folder: ReturnType<typeof makeFolder>
let file: string

beforeEach(() => {
  folder = makeFolder()
  file = join(folder.path, 'secret')
})
afterEach(() => folder.remove())

describe('a secret in a file', () => {
  it('is read as if it were set, with the line end that editors add', async () => {
    writeFileSync(file, `${secret},${other}\n`)
    const env = await readEnvironment({ SESSERA_SECRET_FILE: file, SESSERA_PEPPER_FILE: file })
    expect(parseConfig(env)).toMatchObject({ secrets: [secret, other], peppers: [secret, other] })
  })

  it('that is not named is not looked for', async () => {
    expect(await readEnvironment({ SESSERA_SECRET: secret, SESSERA_SECRET_FILE: '' })).toMatchObject({
      SESSERA_SECRET: secret,
    })
  })

  it('that is empty is refused, and not replaced by one of the data folder', async () => {
    writeFileSync(file, '\n')
    const env = await readEnvironment({ SESSERA_SECRET_FILE: file })
    expect(() => parseConfig(env)).toThrow('SESSERA_SECRET is empty.')
  })

  it.each([
    { env: () => ({ SESSERA_SECRET: secret, SESSERA_SECRET_FILE: file }), says: 'are both set. Remove one.' },
    { env: () => ({ SESSERA_PEPPER_FILE: join(folder.path, 'none') }), says: 'which does not exist.' },
    { env: () => ({ SESSERA_SECRET_FILE: join(folder.path, 'folder') }), says: 'which is a folder.' },
  ])('$says', async ({ env, says }) => {
    mkdirSync(join(folder.path, 'folder'))
    writeFileSync(file, secret)
    await expect(readEnvironment(env())).rejects.toThrow(says)
    await expect(readEnvironment(env())).rejects.not.toThrow(secret)
  })
})
