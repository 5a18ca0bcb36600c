// Where the optional package is not installed, a bcrypt hash opens nothing, and the log says what to install.

import * as argon2 from '@node-rs/argon2'
import { expect, test, vi } from 'vitest'
import { createPasswords } from '../../../packages/sessera/src/passwords/create-passwords.js'
import { createLogLines } from './log-lines.js'
import { vectors } from './vectors.js'

vi.mock('@node-rs/bcrypt', () => {
  throw new Error('Cannot find package')
})
vi.mock('@node-rs/argon2', { spy: true })

test.each(vectors.filter(({ hash }) => /\$2[aby]\$/.test(hash)))(
  '$tool: $spelling',
  async ({ hash, password }) => {
    const log = createLogLines()
    vi.mocked(argon2.verify).mockClear()
    expect(await createPasswords({ log }).verify(hash, password)).toBe(false)
    expect(argon2.verify).toHaveBeenCalledTimes(1)
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'A stored password hash could not be verified.',
        fields: { reason: expect.stringContaining('Run "npm install @node-rs/bcrypt"') },
      },
    ])
  },
)
