// One packed table of ended and moved sessions, against a plain map.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSegment, type SessionMark } from '../../../packages/sessera/src/changes/segment.js'

const nonce = new Uint32Array([7, 9])

/** Ids that share their first word fall on one slot. */
function wordsOf(number: number): Uint32Array {
  return new Uint32Array([number % 5, number, 1, 2])
}

describe('a segment', () => {
  test('finds what was put into it, and nothing else, however ids collide', () => {
    const put = fc.record({
      id: fc.integer({ min: 0, max: 60 }),
      mode: fc.integer({ min: 0, max: 3 }),
      keepUntil: fc.integer({ min: 0, max: 1e6 }),
    })
    fc.assert(
      fc.property(fc.array(put, { maxLength: 200 }), (puts) => {
        const segment = createSegment()
        const model = new Map<number, SessionMark>()
        const keeps = new Map<number, number>()
        puts.forEach(({ id, mode, keepUntil }, at) => {
          const staysEnded = model.get(id)?.ended === true || mode === 0
          const mark = { ended: mode === 0, seq: at + 1, mode, heldSince: at }
          segment.put(wordsOf(id), nonce, mark, keepUntil)
          keeps.set(id, Math.max(keeps.get(id) ?? 0, keepUntil))
          model.set(id, { ended: staysEnded, seq: at + 1, mode: staysEnded ? 0 : mode, heldSince: at })
        })
        for (let id = 0; id <= 70; id++) expect(segment.find(wordsOf(id))).toEqual(model.get(id) ?? null)
        expect(segment.size).toBe(model.size)
        const told = new Map<number, unknown>()
        segment.forEach(([, id = -1], _nonce, mark, keep) => void told.set(id, { ...mark, keep }))
        expect(told).toEqual(new Map([...model].map(([id, mark]) => [id, { ...mark, keep: keeps.get(id) }])))
        expect(segment.keepUntil).toBe(Math.max(0, ...puts.map(({ keepUntil }) => keepUntil)))
      }),
    )
  })

  test('takes what ended for ended, however it was held', () => {
    const segment = createSegment()
    segment.put(wordsOf(1), nonce, { ended: true, seq: 1, mode: 2, heldSince: 0 }, 1)
    expect(segment.find(wordsOf(1))).toEqual({ ended: true, seq: 1, mode: 0, heldSince: 0 })
  })

  test('keeps an entry as long as the longest of what was told of it', () => {
    const segment = createSegment()
    for (const keepUntil of [200, 100]) {
      segment.put(wordsOf(1), nonce, { ended: false, seq: 1, mode: 1, heldSince: 0 }, keepUntil)
    }
    const keeps: number[] = []
    segment.forEach((_id, _nonce, _mark, keepUntil) => void keeps.push(keepUntil))
    expect(keeps).toEqual([200])
  })

  test('is full at 4096 sessions, still finds every one, and ends for the unknown', () => {
    const segment = createSegment()
    for (let id = 0; id < 4096; id++) {
      expect(segment.isFull).toBe(false)
      segment.put(
        new Uint32Array([0xffffffff - id, id, 0, 0]),
        nonce,
        { ended: true, seq: id, mode: 0, heldSince: 0 },
        id,
      )
    }
    expect([segment.isFull, segment.size]).toEqual([true, 4096])
    for (let id = 0; id < 4096; id++) {
      expect(segment.find(new Uint32Array([0xffffffff - id, id, 0, 0]))?.seq).toBe(id)
    }
    expect(segment.find(new Uint32Array([0, 0, 0, 1]))).toBeNull()
  })
})
