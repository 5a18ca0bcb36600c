// The tables of docs/benchmarks.md, between its markers: those of every kept result, and nothing else.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { questions } from '../questions.mjs'
import { render } from './report.mjs'

const page = new URL('../../docs/benchmarks.md', import.meta.url)
const between = /(<!-- tables -->\n)[\s\S]*(\n<!-- \/tables -->)/

/** @returns {string} what belongs between the markers */
export function tables() {
  const kept = Object.keys(questions)
    .map((name) => new URL(`../results/${name}.json`, import.meta.url))
    .filter((file) => existsSync(file))
  return kept.map((file) => render(JSON.parse(readFileSync(file, 'utf8')))).join('\n\n')
}

/** @returns {string} what stands between the markers */
export function shownTables() {
  const text = readFileSync(page, 'utf8')
  const [all = '', open = '', close = ''] = between.exec(text) ?? []
  if (all === '') throw new Error('docs/benchmarks.md has lost its markers <!-- tables -->.')
  return all.slice(open.length, all.length - close.length)
}

export function writeTables() {
  shownTables()
  const text = readFileSync(page, 'utf8')
  writeFileSync(
    page,
    text.replace(between, (_all, open, close) => `${open}${tables()}${close}`),
  )
}
