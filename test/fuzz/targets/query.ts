// The query of a URL: each parameter once, as URLSearchParams would read it; what that repairs is refused.

import { safeParse } from 'valibot'
import { userListQuery } from '../../../packages/sessera/src/http/admin-contract.js'
import { auditListQuery } from '../../../packages/sessera/src/http/admin-system-contract.js'
import { splitQuery } from '../../../packages/sessera/src/http/query.js'
import { noQuery } from '../../../packages/sessera/src/http/shapes.js'
import { answerOf, hold, type Target } from '../engine/target.js'
import { readForm } from '../oracles/form.js'

export const query: Target = {
  name: 'query',
  seeds: [
    [''],
    ['search=ann&limit=20&disabled=true'],
    ['order=newest&after=12&since=0&name=user_created'],
    ['a=%C3%BC+b&c'],
    ['a=1&a=2'],
    ['a=%ff'],
    ['__proto__=1&constructor=2'],
    ['&&='],
  ],
  words: ['%00', '%', '%u0061', '&', '=', '+', '%26', '%3D', '%ed%a0%80'],
  run([characters = '']) {
    // As the parser of HTTP hands it over: bytes.
    const text = Buffer.from(characters, 'latin1').toString('latin1')
    const answer = answerOf(() => splitQuery(text))
    const expected = text === '' ? new Map<string, string>() : readForm(text)
    hold('value' in answer === (expected !== null), 'a query is read otherwise than by URLSearchParams', text)
    if (!('value' in answer) || expected === null) return 'refused'
    const entries = Object.entries(answer.value)
    hold(entries.length === expected.size, 'a query has more or fewer parameters', text)
    for (const [name, value] of entries)
      hold(expected.get(name) === value, 'a parameter has another value', text)
    return [userListQuery, auditListQuery, noQuery]
      .map((schema) => safeParse(schema, answer.value).success)
      .join()
  },
}
