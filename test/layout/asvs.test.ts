// docs/asvs.md keeps its own rules: each clause once, a status and its evidence, links that lead somewhere, right counts.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url).pathname
const page = readFileSync(join(root, 'docs/asvs.md'), 'utf8')
const statuses = ['met', 'not applicable', 'deployer', 'open']
const chapters = ['3', '6', '7', '8', '9', '10', '11', '16']

const clauses = [...page.matchAll(/^\| (\d+)\.(\d+)\.(\d+) \| (.*) \|$/gm)].map(
  ([, chapter = '', section = '', number = '', rest = '']) => {
    const [level = '', asks = '', status = '', evidence = '', ...more] = rest.split(' | ')
    return {
      chapter,
      section,
      number,
      name: `${chapter}.${section}.${number}`,
      level,
      asks,
      status,
      evidence,
      more,
    }
  },
)
const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target = '']) => target)
const names = (found: readonly { readonly name: string }[]): readonly string[] =>
  found.map(({ name }) => name)

describe('a clause', () => {
  it('stands here once, in the chapter and the order of the standard, with no number left out', () => {
    expect(new Set(names(clauses)).size).toBe(clauses.length)
    expect([...new Set(clauses.map(({ chapter }) => chapter))]).toEqual(chapters)
    const [first, ...others] = clauses
    expect([first?.section, first?.number]).toEqual(['1', '1'])
    const outOfOrder = others.filter(({ chapter, section, number }, index) => {
      const before = clauses[index]
      const step = `${chapter}.${section}.${number}`
      const { chapter: c = '', section: s = '', number: n = '' } = before ?? {}
      const next = [
        `${c}.${s}.${Number(n) + 1}`,
        `${c}.${Number(s) + 1}.1`,
        `${chapters[chapters.indexOf(c) + 1]}.1.1`,
      ]
      return !next.includes(step)
    })
    expect(names(outOfOrder)).toEqual([])
  })

  it('has a level, a status and something to say for it', () => {
    const wrong = clauses.filter(
      ({ level, asks, status, evidence, more }) =>
        !/^[123]$/.test(level) ||
        asks === '' ||
        !statuses.includes(status) ||
        evidence === '' ||
        more.length > 0,
    )
    expect(names(wrong)).toEqual([])
  })

  it('that is met names a test or a source, one for the deployer a page', () => {
    const bare = clauses.filter(({ status, evidence }) => {
      const links = linksIn(evidence)
      if (status === 'met') return !links.some((link) => /^\.\.\/(?:test|packages)\/.+\.tsx?$/.test(link))
      return status === 'deployer' && !links.some((link) => /\.md(?:#|$)/.test(link))
    })
    expect(names(bare)).toEqual([])
  })
})

it('the counts are those of the rows', () => {
  const count = (wanted: Partial<(typeof clauses)[number]>): number =>
    clauses.filter((clause) =>
      Object.entries(wanted).every(([key, value]) => clause[key as keyof typeof clause] === value),
    ).length
  const expected = chapters.flatMap((chapter) =>
    ['1', '2', '3'].map((level) => [
      `V${chapter}`,
      level,
      count({ chapter, level }),
      ...statuses.map((status) => count({ chapter, level, status })),
    ]),
  )
  const all = ['all', '', clauses.length, ...statuses.map((status) => count({ status }))]
  const told = [...page.matchAll(/^\| (V\d+|all) \|(?: ([123]) \|| \|)((?: \d+ \|){5})$/gm)].map(
    ([, chapter = '', level = '', numbers = '']) => [
      chapter,
      level,
      ...(numbers.match(/\d+/g) ?? []).map(Number),
    ],
  )
  expect(told).toEqual([...expected, all])
})

it('the open clauses of levels 1 and 2 are named where the claim is made', () => {
  const open = clauses.filter(({ status, level }) => status === 'open' && level !== '3')
  const [, told = ''] = /what is missing there:\s+([\d., ]+)\./.exec(page) ?? []
  expect(told.split(', ').sort()).toEqual([...names(open)].sort())
})

describe('a link to a heading', () => {
  const anchored = [...new Set(linksIn(page).filter((link) => link.includes('#')))]

  it.each(anchored)('%s finds it', (link) => {
    const [file = '', anchor = ''] = link.split('#')
    const path = join(root, 'docs', file)
    expect(existsSync(path)).toBe(true)
    const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)
    expect([...headings].map(([, heading = '']) => anchorOf(heading))).toContain(anchor)
  })
})

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-')
}
