// Cookies: ours come out as they were written, whatever stands beside them; what comes twice, or under another name, does not.

import { parse } from 'cookie'
import {
  type CookieKind,
  createCookieJar,
  readCookies,
  writeCookie,
} from '../../../packages/sessera/src/http/cookies.js'
import { answerOf, chosen, hold, type Target } from '../engine/target.js'
import { type CookieRule, disagreement, maxHeader, valuesOf } from '../oracles/cookie-rules.js'

const kinds: readonly CookieKind[] = ['session', 'access', 'refresh', 'device']
const jars = [
  createCookieJar({ origin: new URL('https://app.example'), accessCookieDomain: null }),
  createCookieJar({ origin: new URL('http://localhost:3000'), accessCookieDomain: null }),
  createCookieJar({
    origin: new URL('https://app.example'),
    accessCookieDomain: 'app.example',
  }),
] as const
const asSent = (value: string): string => value

/** Which jar, what comes before, which of ours, its value, what comes after. */
export const cookies: Target = {
  name: 'cookies',
  seeds: [
    ['0', 'a=b; ', '0', 'AQx-_.0', '; c=d'],
    ['1', '', '1', 'abc', '; sessera-session-3000=x'],
    ['0', '\xa0', '0', 'abc', ''],
    ['0', '=__Host-sessera-session=x; ', '0', '"abc"', '; $Version=1'],
    ['2', 'a="', '1', 'abc', '"; __Host-sessera-session=abc'],
    ['0', '__Host-sessera-device=1; ', '3', 'abc', ''],
    ['0', ';;; ', '2', ' abc\t', ';'],
  ],
  words: jars.flatMap((jar) => kinds.map((kind) => jar[kind].start)),
  maxLength: 20_000,
  run([jarWord, before = '', kindWord, value = '', after = '']) {
    const jar = chosen(jars, jarWord)
    const kind = chosen(kinds, kindWord)
    const header = `${before}${jar[kind].start}${value}${after}`
    const answer = answerOf(() => readCookies(jar, header))
    const theirs = parse(header, { decode: asSent })
    const rules = new Set<CookieRule>()
    for (const each of kinds) {
      const { name } = jar[each]
      const ours = 'value' in answer ? answer.value[each] : undefined
      const rule = disagreement({ header, name, ours, theirs: theirs[name] })
      hold(rule !== 'unexplained', 'we read another cookie than the cookie package', { header, each, ours })
      rules.add(rule)
    }
    hold(
      expectedCode(jar, header) === ('value' in answer ? null : answer.code),
      'a header is refused wrongly',
      header,
    )
    judgeWritten(jar, kind, value)
    return `${'value' in answer ? 'read' : answer.code}: ${[...rules].sort().join()}`
  },
}

function expectedCode(jar: (typeof jars)[number], header: string): string | null {
  if (header.length > maxHeader) return 'headers_too_large'
  const isTwice = kinds.some((kind) => kind !== 'device' && valuesOf(header, jar[kind].name).exact.length > 1)
  return isTwice ? 'ambiguous_credentials' : null
}

/** What is written comes back, among any neighbours. */
function judgeWritten(jar: (typeof jars)[number], kind: CookieKind, value: string): void {
  let written: string
  try {
    written = writeCookie(jar, kind, value, null)
  } catch {
    hold(!/^[\w.-]{1,3000}$/.test(value), 'a plain value is not written', value)
    return
  }
  hold(!/[^ -~]/.test(written), 'a cookie is written that breaks the header', written)
  const [pair = ''] = written.split(';')
  const read = readCookies(jar, `a=b; ${pair}; c=d`)
  hold(read[kind] === value, 'what is written is not read again', { value, read: read[kind] })
}
