// What a body that is arriving costs: its bytes, however they are cut.

import { describe, expect, it } from 'vitest'
import { createBodyCollector, maxBodyBytes } from '../../packages/sessera/src/http/body-bytes.js'

describe('a body that arrives in pieces', () => {
  it('is the same text however it is cut', () => {
    const whole = Buffer.from('grüße, '.repeat(100))
    for (const size of [1, 7, 256, 899, whole.length]) {
      const collector = createBodyCollector()
      for (let at = 0; at < whole.length; at += size) collector.add(whole.subarray(at, at + size))
      expect(collector.text()).toBe(whole.toString())
    }
  })

  it('keeps no piece itself, each of which would cost far more than its bytes', () => {
    const collector = createBodyCollector()
    const piece = Buffer.from('a')
    for (let count = 0; count < 1000; count++) collector.add(piece)
    piece.fill('b')
    expect(collector.text()).toBe('a'.repeat(1000))
  })

  it('comes in a thousand pieces at most, for each costs a call', () => {
    const collector = createBodyCollector()
    for (let count = 0; count < 1000; count++) collector.add(Buffer.from('a'))
    expect(() => collector.add(Buffer.from('a'))).toThrow('too many pieces')
  })

  it('may grow to 64 KiB, and not a byte more', () => {
    const collector = createBodyCollector()
    for (let sent = 0; sent < maxBodyBytes; sent += 4096) collector.add(Buffer.alloc(4096, 'a'))
    expect(() => collector.add(Buffer.from('a'))).toThrow('longer than 64 KiB')
    expect(collector.text()).toHaveLength(maxBodyBytes)
  })
})
