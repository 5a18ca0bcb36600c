// Inputs in files, one a line: finds each in a file of its own, kept for good; the corpus of a target made anew when asked.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FoundInput } from './fuzz.js'
import type { Input } from './target.js'

const finds = fileURLToPath(new URL('../finds/', import.meta.url))
const corpus = fileURLToPath(new URL('../corpus/', import.meta.url))
const maxCorpusCharacters = 12_000

/** @returns the file */
export function saveFind(target: string, { input, rule, message }: FoundInput): string {
  const folder = join(finds, target)
  mkdirSync(folder, { recursive: true })
  const name = createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 12)
  const file = join(folder, `${name}.jsonl`)
  writeFileSync(file, `${spell({ rule, message, input })}\n`)
  return file
}

export function loadFinds(target: string): readonly { readonly file: string; readonly input: Input }[] {
  const folder = join(finds, target)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((file) => ({
      file,
      input: (JSON.parse(readFileSync(join(folder, file), 'utf8')) as FoundInput).input,
    }))
}

export function loadCorpus(target: string): readonly Input[] {
  const file = corpusFile(target)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Input)
}

/** As many of the inputs, the first first, as take little room. */
export function saveCorpus(target: string, inputs: readonly Input[]): void {
  const lines: string[] = []
  let length = 0
  for (const line of inputs.map((input) => spell(input))) {
    length += line.length
    if (length > maxCorpusCharacters) break
    lines.push(line)
  }
  mkdirSync(join(corpus, target), { recursive: true })
  writeFileSync(corpusFile(target), `${lines.join('\n')}\n`)
}

/** In ASCII, so that no editor and no version control takes offence. */
function spell(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function corpusFile(target: string): string {
  return join(corpus, target, 'inputs.jsonl')
}
