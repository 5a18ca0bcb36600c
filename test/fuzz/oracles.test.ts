// The judges are judged, too: by examples from the standards, and by agreeing with the page that explains them.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readBase64url } from './oracles/base64url.js'
import { cookieRules, disagreement } from './oracles/cookie-rules.js'
import { readForm } from './oracles/form.js'
import { scanJson } from './oracles/json.js'
import { tokenKeys } from './oracles/token-keys.js'
import { brokenRules, tokenRules } from './oracles/token-rules.js'
import { genuineClaims, judgeToken, terms } from './oracles/token-verdict.js'
import { targets } from './targets.js'

const page = readFileSync(new URL('../../docs/fuzzing.md', import.meta.url), 'utf8')

describe('docs/fuzzing.md', () => {
  it('gives a reason for each rule by which we differ from others', () => {
    const named = [...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name)
    expect(named).toEqual([
      ...Object.keys(targets),
      ...tokenRules,
      ...cookieRules.filter((rule) => rule !== 'agree'),
    ])
  })
})

describe('the second reader of JSON', () => {
  it.each(['{"a":[1,2.5e-3,true,null,"\\u00fc\\n"]}', ' [ ] ', '-0', '"\\ud800"', '{"a":{"b":{}}}'])(
    'reads %s as JSON.parse does',
    (text) => {
      expect(scanJson(text)?.value).toEqual(JSON.parse(text))
    },
  )

  it.each(['', '{', '{"a":1,}', '[1 2]', '01', '1.', '"\t"', '"\\x"', 'nul', '{a:1}', '1 1', '\ufeff{}'])(
    'refuses %j as JSON.parse does',
    (text) => {
      expect(scanJson(text)).toBeNull()
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
    },
  )

  it('counts what JSON.parse hides', () => {
    expect(scanJson('{"a":1,"\\u0061":[{"b":2}]}')).toMatchObject({
      hasDuplicates: true,
      depth: 3,
      members: 3,
    })
  })
})

describe('the rules of access tokens', () => {
  const [, , , hmac] = tokenKeys
  const header = { alg: 'HS256', typ: 'at+jwt', kid: hmac?.key.kid }
  const rulesOf = (head: object | string, claims: object | string, tail = ''): readonly string[] => {
    const input = [head, claims]
      .map((part) =>
        Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
      )
      .join('.')
    const signature = hmac?.key.sign(Buffer.from(input)).toString('base64url')
    return [...brokenRules(`${input}.${signature}${tail}`, terms)]
  }

  it.each([
    ['too-long', header, { ...genuineClaims, claims: { a: 'a'.repeat(9000) } }, ''],
    ['three-parts', header, genuineClaims, '.'],
    ['canonical-base64url', header, genuineClaims, '='],
    ['utf8-json-object', header, '[]', ''],
    ['no-duplicates', header, JSON.stringify(genuineClaims).replace('{', '{"a":1,"a":2,'), ''],
    ['bounded-json', header, { ...genuineClaims, claims: { a: [[[[[[[[]]]]]]]] } }, ''],
    ['no-refused-names', header, JSON.stringify(genuineClaims).replace('{', '{"__proto__":1,'), ''],
    ['known-header', { ...header, crit: ['exp'] }, genuineClaims, ''],
    ['named-key', { ...header, kid: 'other' }, genuineClaims, ''],
    ['exact-type', { ...header, typ: 'AT+JWT' }, genuineClaims, ''],
    ['fixed-algorithm', { ...header, alg: 'HS512' }, genuineClaims, ''],
    ['typed-claims', header, { ...genuineClaims, epoch: '1' }, ''],
    ['one-audience', header, { ...genuineClaims, aud: 'https://other.example' }, ''],
    ['exact-issuer', header, { ...genuineClaims, iss: 'https://app.example/' }, ''],
    ['short-life', header, { ...genuineClaims, exp: genuineClaims.exp + 901 }, ''],
    ['begun', header, { ...genuineClaims, auth_time: genuineClaims.iat + 6 }, ''],
    [
      'not-expired',
      header,
      { ...genuineClaims, iat: genuineClaims.iat - 600, exp: genuineClaims.iat - 5 },
      '',
    ],
  ] as const)('include %s', (rule, head, claims, tail) => {
    expect(rulesOf(head, claims, tail)).toContain(rule)
  })

  it('are all kept by a token as we make them, which both accept', async () => {
    const input = [header, genuineClaims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const token = `${input}.${hmac?.key.sign(Buffer.from(input)).toString('base64url')}`
    expect([...brokenRules(token, terms)]).toEqual([])
    expect(await judgeToken(token)).toBe('both accept')
  })
})

describe('the rules of cookies', () => {
  it.each([
    ['agree', 'n=a', 'a', 'a'],
    ['agree', 'm=a', null, undefined],
    ['duplicate', 'n=a; n=b', undefined, 'a'],
    ['too-large', `n=${'a'.repeat(16_384)}`, undefined, 'a'],
    ['empty', 'n=', null, ''],
    ['blank-before-equals', 'n =a', null, 'a'],
    ['unexplained', 'n=a', 'b', 'a'],
    ['unexplained', 'n=a', null, 'a'],
    ['unexplained', 'n=a; n=b', 'a', 'a'],
  ] as const)('say %s of %j', (rule, header, ours, theirs) => {
    expect(disagreement({ header, name: 'n', ours, theirs })).toBe(rule)
  })
})

describe('the second readers of base64url and of forms', () => {
  it('know one spelling', () => {
    expect(readBase64url('AQ')).toEqual(Buffer.of(1))
    for (const text of ['AR', 'AQ==', 'A', 'A+==', 'A Q']) expect(readBase64url(text)).toBeNull()
  })

  it('repair nothing', () => {
    expect(readForm('a=%C3%BC&b=x+y&c')).toEqual(new Map(Object.entries({ a: 'ü', b: 'x y', c: '' })))
    for (const text of ['a=1&a=2', 'a=%', 'a=%ff', 'a=%ed%a0%80']) expect(readForm(text)).toBeNull()
  })
})
