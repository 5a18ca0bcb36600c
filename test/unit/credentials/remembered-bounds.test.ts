// The bounds of what is remembered: in bytes, for each session, and for the work of one fill.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSpread, digestOf } from '../../../packages/sessera/src/credentials/remembered/spread.js'
import { createRemembered, type Remembered } from '../../../packages/sessera/src/credentials/remembered.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { type Held, heldBy, keyOf, spread } from './remembered-entries.js'

/** With room for exactly so many entries like those of `fillFor`. */
function createFor(entries: number): Remembered<Held> {
  return createRemembered<Held>(createFilledWithOne(1_000_000).bytes * entries, spread)
}

function createFilledWithOne(maxBytes: number): Remembered<Held> {
  const remembered = createRemembered<Held>(maxBytes, spread)
  fillFor(remembered, 100)
  return remembered
}

/** An entry of its own session and user; all cost the same. */
function fillFor(remembered: Remembered<Held>, number: number): void {
  remembered.fill(keyOf(number), heldBy(`session ${number}`, `user ${number}`))
}

function kept(remembered: Remembered<Held>, from: number, to: number): readonly number[] {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index)
  return numbers.filter((number) => remembered.find(keyOf(number)) !== null)
}

describe('the bound in bytes', () => {
  test('holds whatever comes', () => {
    const entry = fc.record({
      key: fc.nat(400),
      session: fc.nat(100),
      claims: fc.oneof(fc.constant({}), fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 20 })),
    })
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 200, size: 'max' }),
        fc.integer({ max: 60_000 }),
        (all, bound) => {
          const remembered = createRemembered<Held>(bound, spread)
          for (const { key, session, claims } of all) {
            remembered.fill(keyOf(key), heldBy(`s${session}`, `u${session % 7}`, claims))
            expect(remembered.bytes).toBeLessThanOrEqual(Math.max(0, bound))
          }
        },
      ),
    )
  })

  test('is more than what the tables take outside the heap', () => {
    const before = process.memoryUsage().arrayBuffers
    const remembered = createRemembered<Held>(10_000_000, spread)
    for (let number = 100; number < 600; number++) fillFor(remembered, number)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(remembered.bytes)
    expect(remembered.size).toBe(500)
  })

  test('an entry of just its size fits, one byte less does not do', () => {
    const { bytes } = createFilledWithOne(1_000_000)
    expect(createFilledWithOne(bytes).size).toBe(1)
    expect(createFilledWithOne(bytes - 1).size).toBe(0)
  })

  test('the oldest make room, one for one', () => {
    const remembered = createFor(10)
    for (let number = 100; number < 150; number++) fillFor(remembered, number)
    // One record more than entries is in use once something was removed.
    const last = kept(remembered, 100, 150)
    expect(last).toEqual(Array.from({ length: last.length }, (_, index) => 150 - last.length + index))
    expect(last.length).toBeGreaterThanOrEqual(9)
  })

  test('what is in use stays, and what nobody used makes room', () => {
    const remembered = createFor(20)
    for (let number = 100; number < 110; number++) fillFor(remembered, number)
    for (let number = 200; number < 400; number++) {
      fillFor(remembered, number)
      expect(kept(remembered, 100, 110)).toHaveLength(10)
    }
    expect(remembered.find(keyOf(200))).toBeNull()
    expect(remembered.find(keyOf(399))).not.toBeNull()
  })

  test('a new one is kept even if all others are in use', () => {
    const remembered = createFor(10)
    for (let number = 100; number < 130; number++) {
      fillFor(remembered, number)
      expect(remembered.find(keyOf(number))).not.toBeNull()
      kept(remembered, 100, number)
    }
  })

  test('used long ago does not count for ever', () => {
    const remembered = createFor(10)
    fillFor(remembered, 100)
    expect(remembered.find(keyOf(100))).not.toBeNull()
    for (let number = 200; number < 250; number++) fillFor(remembered, number)
    expect(remembered.find(keyOf(100))).toBeNull()
  })

  test('nor does the use of what was forgotten count for what comes in its place', () => {
    const remembered = createFor(10)
    fillFor(remembered, 100)
    expect(remembered.find(keyOf(100))).not.toBeNull()
    remembered.forget(keyOf(100))
    for (let number = 200; remembered.size === number - 200; number++) fillFor(remembered, number)
    expect(kept(remembered, 200, 202)).not.toContain(200)
    expect(remembered.find(keyOf(203))).not.toBeNull()
  })

  test('one fill passes over at most 64 that are in use', () => {
    const remembered = createFor(200)
    for (let number = 100; number < 300; number++) fillFor(remembered, number)
    expect(kept(remembered, 100, 300)).toHaveLength(200)
    fillFor(remembered, 300)
    // The 65th and its follower made room although they were in use, and nothing after them was touched.
    expect(kept(remembered, 164, 166)).toEqual([])
    expect(kept(remembered, 166, 301)).toHaveLength(135)
  })

  test('an entry larger than the bound is not kept, and takes nobody’s place but its predecessor’s', () => {
    const remembered = createFor(10)
    for (let number = 100; number < 105; number++) fillFor(remembered, number)
    remembered.fill(keyOf(100), heldBy('session 100', 'user 100', { text: 'x'.repeat(20_000) }))
    expect(kept(remembered, 100, 105)).toEqual([101, 102, 103, 104])
  })

  test('an entry that would cost too many others is not kept, however large the bound', () => {
    const remembered = createRemembered<Held>(100_000_000, spread)
    remembered.fill(keyOf(1), heldBy('s1', 'ada', { text: 'x'.repeat(200_000) }))
    expect(remembered.find(keyOf(1))).not.toBeNull()
    remembered.fill(keyOf(2), heldBy('s2', 'ada', { text: 'x'.repeat(300_000) }))
    expect(remembered.find(keyOf(2))).toBeNull()
  })

  test('with no room at all nothing is kept, and nothing fails', () => {
    const remembered = createRemembered<Held>(0, spread)
    fillFor(remembered, 100)
    expect([remembered.size, remembered.bytes, remembered.find(keyOf(100))]).toEqual([0, 0, null])
  })

  test('the room of many small ones that were dropped serves a large one', () => {
    const remembered = createFor(100)
    for (let number = 100; number < 200; number++) fillFor(remembered, number)
    const full = remembered.bytes
    for (let number = 100; number < 200; number++) remembered.dropUser(`user ${number}`)
    remembered.fill(keyOf(1), heldBy('s1', 'ada', { text: 'x'.repeat(full - 1500) }))
    expect([remembered.size, remembered.find(keyOf(1)) === null]).toEqual([1, false])
    expect(remembered.bytes).toBeLessThanOrEqual(full)
  })

  test('larger claims cost more; what principals share costs nothing', () => {
    const costOf = (...args: Parameters<typeof heldBy>): number => {
      const remembered = createRemembered<Held>(1_000_000, spread)
      remembered.fill(keyOf(1), heldBy(...args))
      return remembered.bytes
    }
    const plain = costOf('s', 'ada')
    expect(plain).toBeLessThanOrEqual(600)
    expect(costOf('s', 'ada', { text: 'x'.repeat(1000) })).toBeGreaterThan(plain + 1000)
    expect(costOf('s', 'ada', { text: 'ж'.repeat(1000) })).toBeGreaterThan(plain + 2000)
    expect(costOf('s', 'ada', { list: [[], [], { a: {} }] })).toBeGreaterThan(plain + 300)
    expect(costOf('s', `ada${'x'.repeat(100)}`)).toBeGreaterThanOrEqual(plain + 200)
  })
})

describe('the bound for each session', () => {
  test('one session cannot crowd out the others by varying what is beside its handle', () => {
    const remembered = createFor(50)
    for (let number = 100; number < 130; number++) fillFor(remembered, number)
    for (let flood = 1000; flood < 5000; flood++) {
      remembered.fill(keyOf(flood), heldBy('session 9', 'user 9'))
    }
    expect(kept(remembered, 100, 130)).toHaveLength(30)
    expect(kept(remembered, 1000, 5000)).toEqual(Array.from({ length: 16 }, (_, index) => 4984 + index))
  })

  test('not even where there is no room left', () => {
    const remembered = createFor(50)
    for (let number = 100; number < 134; number++) fillFor(remembered, number)
    for (let flood = 1000; flood < 5000; flood++) {
      remembered.fill(keyOf(flood), heldBy('session 9', 'user 9'))
    }
    expect(kept(remembered, 100, 134).length).toBeGreaterThanOrEqual(33)
  })
})

describe('the bucket of a digest', () => {
  test('cannot be chosen by who does not know the numbers of this process', () => {
    const bucketOf = (seed: number) => {
      const hashOf = createSpread(createSeededRandom(seed))
      return (digest: string) => hashOf(digest) & 1023
    }
    const known = bucketOf(1)
    const unknown = bucketOf(2)
    const chosen: string[] = []
    for (let number = 0; chosen.length < 300; number++) {
      const digest = digestOf(`name ${number}`)
      if (known(digest) === 7) chosen.push(digest)
    }
    const crowd = new Map<number, number>()
    for (const digest of chosen) crowd.set(unknown(digest), (crowd.get(unknown(digest)) ?? 0) + 1)
    expect(Math.max(...crowd.values())).toBeLessThan(8)
  })

  test('nor by digests that are alike in most of their bits', () => {
    const hashOf = createSpread(createSeededRandom(3))
    const crowd = new Map<number, number>()
    for (let number = 0; number < 1024; number++) {
      const bytes = Buffer.alloc(32)
      bytes.writeUInt16BE(number << 6, 4)
      const bucket = hashOf(bytes.toString('latin1')) & 1023
      crowd.set(bucket, (crowd.get(bucket) ?? 0) + 1)
    }
    expect(Math.max(...crowd.values())).toBeLessThan(16)
  })
})
