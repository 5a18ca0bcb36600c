// What was tried, for people: a line for each attempt while it goes on, what came of it at the end, and what there is to try.

import type { Tried } from './against.js'
import type { Attack } from './catalogue/attack.js'
import { families } from './catalogue/index.js'
import { chapters, type Line } from './catalogue/lines.js'

const words = { held: 'held', broken: 'BROKEN', kept: '-' }

export function progressOf({ line, what, outcome, why }: Tried): string {
  const head = `${words[outcome].padEnd(6)}  ${line.padStart(4)}  ${what}`
  return outcome === 'broken' ? `${head}\n              ${why?.replaceAll('\n', '\n              ')}` : head
}

export function summaryOf(tried: readonly Tried[]): string {
  const rows = [...new Set(tried.map(({ family }) => family))].map((family) => {
    const own = tried.filter((one) => one.family === family)
    return `${family.padEnd(28)} ${counted(own, 'held')} held   ${counted(own, 'broken')} broken   ${counted(own, 'kept')} not tried here`
  })
  const broken = tried.filter(({ outcome }) => outcome === 'broken')
  const reasons = [...new Set(tried.flatMap(({ outcome, why }) => (outcome === 'kept' && why ? [why] : [])))]
  return [
    '',
    ...rows,
    ...reasons.map((reason) => `Not tried here: ${reason}.`),
    '',
    broken.length === 0
      ? `All ${tried.filter(({ outcome }) => outcome === 'held').length} attacks were held off.`
      : `${broken.length} got through, in lines ${[...new Set(broken.map(({ line }) => line))].join(', ')}. What each means: docs/attacks.md`,
  ].join('\n')
}

function counted(tried: readonly Tried[], outcome: Tried['outcome']): string {
  return String(tried.filter((one) => one.outcome === outcome).length).padStart(4)
}

/** The catalogue as tables in Markdown: what docs/attacks.md holds. */
export function listOf(): string {
  const all = Object.values(families).flat()
  const numbered = chapters.map(({ title, lines }) =>
    [
      `### ${title}`,
      '',
      '| line | tried | must come | attacks |',
      '|---|---|---|---|',
      ...lines.map((line) => rowOf(line, all)),
    ].join('\n'),
  )
  const known = new Set(chapters.flatMap(({ lines }) => lines.map(({ number }) => number)))
  const others = all.filter(({ line }) => !known.has(line))
  return [
    ...numbered,
    [
      '### Weaknesses of others',
      '',
      '| advisory | tried |',
      '|---|---|',
      ...others.map(({ line, what }) => `| ${line} | ${what.replaceAll('|', '\\|')} |`),
    ].join('\n'),
  ].join('\n\n')
}

function rowOf({ number, tries, expected, elsewhere, later }: Line, all: readonly Attack[]): string {
  const own = all.filter(({ line }) => line === number)
  const inside = own.filter((one) => one.inside).length
  const counts = [
    own.length > inside ? `${own.length - inside} from outside` : '',
    inside > 0 ? `${inside} from inside` : '',
    elsewhere === undefined ? '' : `[${elsewhere}](../${elsewhere})`,
    later === undefined ? '' : `not yet: ${later}`,
  ]
  return `| ${number} | ${tries} | ${expected} | ${counts.filter((text) => text !== '').join(', ')} |`
}
