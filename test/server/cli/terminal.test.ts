// What a command takes from the process it is.

import { userInfo } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createShell } from '../../../packages/server/src/cli/terminal.js'

const { username } = userInfo()

afterEach(() => vi.unstubAllEnvs())

describe('who is on record', () => {
  it.each([undefined, ''])('is the user of the process when SUDO_USER is %j', (sudoUser) => {
    vi.stubEnv('SUDO_USER', sudoUser)
    expect(createShell().actor).toBe(`cli:${username}`)
  })

  it('is the person behind sudo too', () => {
    vi.stubEnv('SUDO_USER', 'alice')
    expect(createShell().actor).toBe(`cli:alice(as ${username})`)
  })

  it('is never more than one name each, on one line, that fits into the record', () => {
    vi.stubEnv('SUDO_USER', `al\nice\u202e(as root)${'x'.repeat(200)}`)
    const { actor } = createShell()
    expect(actor.startsWith('cli:al_ice__as_root_xxx')).toBe(true)
    expect(actor.endsWith(`(as ${username})`)).toBe(true)
    expect(actor.length).toBeLessThanOrEqual(128)
  })
})
