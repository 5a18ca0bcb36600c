// The parts below what is remembered, where only they can tell: numbers of records, and the spread of digests.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBuckets } from '../../../packages/sessera/src/credentials/remembered/buckets.js'
import { createSpread, digestOf } from '../../../packages/sessera/src/credentials/remembered/spread.js'
import { createTable, type Kept } from '../../../packages/sessera/src/credentials/remembered/table.js'
import { keyOf } from './remembered-entries.js'

test('one of thousands of owners is found, wherever their records stand', () => {
  interface Numbered extends Kept {
    readonly session: string
  }
  const table = createTable<Numbered>({ session: ({ session }) => session, user: () => '7' }, Number)
  const numbers = Array.from({ length: 4200 }, (_, number) => number)
  const records = numbers.map((number) => {
    const record = table.take()
    table.add({ key: keyOf(number), record, isUsed: false, session: `${number}` }, 1)
    return record
  })
  expect(numbers.map((number) => table.bySession.oldest(`${number}`))).toEqual(records)
  for (const record of records) table.remove(record)
  expect(numbers.filter((number) => table.bySession.oldest(`${number}`) !== 0)).toEqual([])
})

test('a look-up passes over few records, however many there are', () => {
  const [hash, next] = [0, 1]
  const words = [new Map<number, number>(), new Map<number, number>()]
  const word = (record: number, field: number): number => words[field]?.get(record) ?? 0
  const setWord = (record: number, field: number, value: number): void =>
    void words[field]?.set(record, value)
  const buckets = createBuckets({ word, setWord }, { hash, next })
  const spreadOf = (record: number): number => Math.imul(record, 0x9e37_79b1)
  buckets.grow()
  for (let record = 1; record <= 3000; record++) {
    buckets.grow()
    buckets.add(record, spreadOf(record))
  }
  const longest = Array.from({ length: 3000 }, (_, index) => {
    let passed = 1
    for (let at = buckets.first(spreadOf(index + 1)); at !== index + 1; at = word(at, next)) passed++
    return passed
  }).reduce((most, passed) => Math.max(most, passed))
  expect(longest).toBeLessThan(20)
})

describe('a removed record', () => {
  test('is about nothing until it is taken again', () => {
    const table = createTable<Kept>({ session: () => 's', user: () => 'u' }, () => 0)
    const record = table.take()
    table.add({ key: keyOf(1), record, isUsed: false }, 1)
    expect(table.content(record)?.key).toBe(keyOf(1))
    table.remove(record)
    expect([table.content(record), table.find(keyOf(1)), table.take()]).toEqual([null, null, record])
  })
})

describe('the spread of digests', () => {
  test('is two sums of products modulo 2^32, the upper half of each', () => {
    const seeds = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
      minLength: 10,
      maxLength: 10,
    })
    fc.assert(
      fc.property(seeds, fc.string(), (numbers, text) => {
        const bytes = Buffer.alloc(40)
        for (const [at, number] of numbers.entries()) bytes.writeInt32LE(number, at * 4)
        const digest = digestOf(text)
        const units = Array.from({ length: 4 }, (_, at) => Buffer.from(digest, 'latin1').readUInt16LE(at * 2))
        const halfOf = (from: number, last: number): number => {
          const products = units.map((unit, at) => BigInt(unit) * BigInt(numbers[from + at] ?? 0))
          const sum = products.reduce((total, product) => total + product, BigInt(numbers[last] ?? 0))
          return Number(BigInt.asUintN(32, sum) >> 16n)
        }
        const expected = (halfOf(0, 8) << 16) | halfOf(4, 9)
        expect(createSpread({ bytes: () => bytes })(digest)).toBe(expected)
      }),
    )
  })

  test('takes forty bytes of randomness', () => {
    const asked: number[] = []
    createSpread({ bytes: (length) => Buffer.alloc(asked.push(length) * length) })
    expect(asked).toEqual([40])
  })
})
