// Faults of others: nobody gets in by them, nobody waits for ever, and what is said of them tells no secret.

import { describe, expect, test } from 'vitest'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { describeFault } from '../../../packages/sessera/src/kernel/describe-fault.js'
import { withFaults } from '../../../packages/sessera/src/kernel/faults.js'

describe('a port', () => {
  test('that fails is unavailable; what it refuses it refuses', async () => {
    const cause = new Error('The disk is full.')
    const refusal = new AuthError('conflict')
    const port = withFaults({ fails: () => Promise.reject(cause), refuses: () => Promise.reject(refusal) })
    await expect(port.fails()).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1, cause })
    await expect(port.refuses()).rejects.toBe(refusal)
  })

  test('keeps what is no function, and has one function for each of its own', async () => {
    const port = withFaults({ name: 'store', find: async () => 1, list: async () => 2 })
    expect(port.name).toBe('store')
    expect(port.find).toBe(port.find)
    expect([await port.find(), await port.list()]).toEqual([1, 2])
  })
})

test.each([
  [new TypeError('secret'), { fault: 'TypeError', code: null }],
  [Object.assign(new Error('secret'), { code: 'EIO' }), { fault: 'Error', code: 'EIO' }],
  [Object.assign(new Error('secret'), { code: 7 }), { fault: 'Error', code: null }],
  [
    Object.assign(new Error('secret'), { name: 'n'.repeat(65), code: 'c'.repeat(65) }),
    { fault: 'n'.repeat(64), code: 'c'.repeat(64) },
  ],
  ['secret', { fault: 'string', code: null }],
  [null, { fault: 'object', code: null }],
  [undefined, { fault: 'undefined', code: null }],
])('a fault is told by name and code alone: %s', (error, told) => {
  expect(describeFault(error)).toEqual(told)
})
