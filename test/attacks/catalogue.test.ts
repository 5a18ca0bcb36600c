// The catalogue is whole: each line is tried, here or elsewhere, or says what has to exist first; docs/attacks.md is it.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { holes } from '../planted/holes.js'
import { families } from './catalogue/index.js'
import { chapters } from './catalogue/lines.js'
import { listOf } from './report.js'

const root = join(import.meta.dirname, '../..')
const lines = chapters.flatMap((chapter) => chapter.lines)
const attacks = Object.values(families).flat()

test('has the lines 1 to 87, each once', () => {
  expect(lines.map(({ number }) => number)).toEqual(
    Array.from({ length: 87 }, (_, index) => String(index + 1)),
  )
})

test.each(lines)('line $number is tried, or says why not yet', ({ number, elsewhere, later }) => {
  const own = attacks.filter(({ line }) => line === number)
  if (later !== undefined) expect(own).toEqual([])
  else if (elsewhere === undefined) expect(own).not.toEqual([])
  if (elsewhere !== undefined) expect(existsSync(join(root, elsewhere))).toBe(true)
})

test('attacks go by the number of a line, or by an advisory', () => {
  const numbers = new Set(lines.map(({ number }) => number))
  const others = attacks.map(({ line }) => line).filter((line) => !numbers.has(line))
  expect(
    others.filter((line) => !/^(?:(?:CVE-\d{4}-\d{4,}|GHSA(?:-[a-z0-9]{4}){3})(?:, (?!$)|$))+$/.test(line)),
  ).toEqual([])
})

test('no two of one line are called alike', () => {
  const names = attacks.map(({ line, what }) => `${line}: ${what}`)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('docs/attacks.md lists them as they are: npm run attack -- --list', () => {
  expect(readFileSync(join(root, 'docs/attacks.md'), 'utf8')).toContain(listOf())
})

test('docs/attacks.md names the planted holes, and each family has one', () => {
  const page = readFileSync(join(root, 'docs/attacks.md'), 'utf8')
  for (const { family, what, lines } of holes) {
    expect(page).toContain(`| ${family} | ${what} | ${lines.join(', ')} |`)
  }
  expect([...new Set(holes.map(({ family }) => family))]).toEqual(Object.keys(families))
})
