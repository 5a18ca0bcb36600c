// The page of the benchmarks shows what was measured, and nothing else.

import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { shownTables, tables } from '../../bench/lib/page.mjs'
import { questions } from '../../bench/questions.mjs'

describe('docs/benchmarks.md', () => {
  it('shows the tables of the kept results, unaltered', () => {
    expect(shownTables()).toBe(tables())
  })
})

describe('bench/questions.mjs', () => {
  it.each(Object.keys(questions))('has a file that answers %s', (name) => {
    expect(existsSync(new URL(`../../bench/${name}.mjs`, import.meta.url))).toBe(true)
  })
})
