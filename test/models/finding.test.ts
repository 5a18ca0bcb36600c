// What the output of a search is taken to prove. Only a whole search without an error shows that a claim holds.

import { describe, expect, it } from 'vitest'
import { findingOf } from '../../scripts/models/search.mjs'

const whole = `
(Spin Version 6.5.2 -- 6 December 2019)
State-vector 60 byte, depth reached 40, errors: 0
    30636 states, stored
`
const violated = `pan:1: assertion violated ((T==255)||(now<=(T+2))) (at depth 15)
pan: wrote mint.pml.trail
Warning: Search not completed
State-vector 60 byte, depth reached 40, errors: 1
      816 states, stored
`

describe('the output of a search', () => {
  it('shows that the claim holds when all states were seen and none was wrong', () => {
    expect(findingOf(whole)).toEqual({ verdict: 'holds', states: 30_636, detail: '' })
  })

  it('shows that the claim fails when an assertion was violated', () => {
    expect(findingOf(violated)).toEqual({ verdict: 'fails', states: 816, detail: '' })
  })

  it('shows that the claim fails even if not all was seen', () => {
    expect(findingOf(`error: max search depth too small\n${violated}`).verdict).toBe('fails')
  })

  it.each([
    ['it was deeper than allowed', `error: max search depth too small\n${whole}`],
    ['memory ran out', `pan: reached -DMEMLIM bound\n${whole}`],
    ['malloc failed', `pan: out of memory\n${whole}`],
    [
      'a state did not fit',
      `pan:1: VECTORSZ is too small, edit pan.h (at depth 0)\n${violated.replace(/^pan:1.*\n/, '')}`,
    ],
    ['it was cut off', `Warning: Search not completed\n${whole}`],
    ['it was killed', ''],
    ['it was killed after some output', 'Depth= 40 States= 1e+06 Transitions= 3e+06\n'],
    ['it stopped at another kind of error', whole.replace('errors: 0', 'errors: 1')],
    ['nothing was searched', whole.replace('30636', '0')],
  ])('shows nothing when %s', (_reason, output) => {
    const { verdict, detail } = findingOf(output)
    expect(verdict).toBe('unknown')
    expect(detail).not.toBe('')
  })
})
