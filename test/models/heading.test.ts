// Every model says what its runs are, and the document says what they have shown.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { modelNames, type Run, runsOf } from '../../scripts/models/heading.mjs'

const source = (heading: string, body = ''): string => `/* A model.\n *\n * runs:\n${heading} */\n${body}`
const readme = readFileSync(new URL('../../docs/model/README.md', import.meta.url), 'utf8')

describe('the heading of a model', () => {
  it('lists runs with their switches and what each is about', () => {
    const runs = runsOf(
      'x',
      source(
        ' *   holds : as designed\n *   fails : NO_LOCK TICKS=3 : nobody locks\n * large: TICKS=9\n',
        '#ifdef NO_LOCK\n#endif\n',
      ),
    )
    expect(runs.small).toEqual([
      { model: 'x', expected: 'holds', flags: [], about: 'as designed' },
      { model: 'x', expected: 'fails', flags: ['NO_LOCK', 'TICKS=3'], about: 'nobody locks' },
    ])
    expect(runs.large).toEqual([
      { model: 'x', expected: 'holds', flags: ['TICKS=9'], about: 'as designed, larger' },
    ])
  })

  it('refuses a switch that the model does not have', () => {
    const text = source(' *   holds : as designed\n *   fails : NO_LOKC : nobody locks\n')
    expect(() => runsOf('x', text)).toThrow('NO_LOKC is not a switch of the model')
  })

  it('refuses a model with a switch that no run uses', () => {
    const text = source(' *   holds : as designed\n', '#ifdef NO_LOCK\n#endif\n')
    expect(() => runsOf('x', text)).toThrow('no run uses NO_LOCK')
  })

  it('refuses a model of which no run shows the design', () => {
    const text = source(' *   fails : NO_LOCK : nobody locks\n', '#ifdef NO_LOCK\n#endif\n')
    expect(() => runsOf('x', text)).toThrow('no run shows the design itself')
  })
})

describe.each(modelNames())('docs/model/%s.pml', (model) => {
  const { small, large } = runsOf(model)

  it('has a variant that must fail', () => {
    expect(small.map((run) => run.expected)).toContain('fails')
  })

  it.each([
    ['small', small],
    ['large', large],
  ])('has every %s run in the table, as it stands now', (size, runs) => {
    const table = readme.split(`<!-- ${size} -->`)[1]?.split(`<!-- /${size} -->`)[0] ?? ''
    const rows = table.split('\n').filter((line) => line.startsWith(`| ${model} |`))
    expect(rows.map((row) => row.split(' | ').slice(0, 3).join(' | '))).toEqual(runs.map(startOfRow))
  })
})

function startOfRow({ model, expected, flags, about }: Run): string {
  const switches = flags.map((flag) => `\`${flag}\``).join(' ')
  return `| ${model} | ${switches === '' ? about : `${switches}: ${about}`} | ${expected}`
}
