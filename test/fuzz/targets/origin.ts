// Which pages may act: the four steps of the rule once more, plainly; and origins that are configured are exact.

import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { fromHeaders } from '../../../packages/sessera/src/http/from-headers.js'
import { parseOrigin, refuseCrossSite } from '../../../packages/sessera/src/http/origin.js'
import { answerOf, chosen, hold, type Target } from '../engine/target.js'

const policy = {
  origin: 'https://app.example',
  trustedOrigins: ['https://admin.example', 'http://localhost:5173'],
}

/** Method, Origin, Sec-Fetch-Site, and which of the two headers are sent at all or twice. */
export const origin: Target = {
  name: 'origin',
  seeds: [
    ['POST', 'https://app.example', 'same-origin', '3'],
    ['POST', 'https://evil.example', 'cross-site', '3'],
    ['DELETE', 'https://app.example', '', '1'],
    ['GET', 'null', 'same-site', '2'],
    ['POST', 'https://admin.example', 'cross-site', '3'],
    ['PUT', 'https://evil@app.example', 'none', '0'],
    ['POST', 'https://app.example.evil', '', '5'],
  ],
  words: ['https://', 'http://', 'null', 'same-site', 'none', 'same-origin', '@', ':443', '.evil', '*'],
  run([method = '', sent = '', site = '', which = '']) {
    const bits = which.charCodeAt(0) || 0
    const origins = (bits & 1) === 0 ? undefined : (bits & 4) === 0 ? sent : [sent, sent]
    const sites = (bits & 2) === 0 ? undefined : (bits & 8) === 0 ? site : [site, site]
    const requireOrigin = (bits & 16) !== 0
    const judge = (as: string): object =>
      answerOf(() => {
        const request = fromHeaders({ origin: origins, 'sec-fetch-site': sites }, as)
        refuseCrossSite(request, { ...policy, requireOrigin })
      })
    const [always, unsafe] = [judge('POST'), judge(method)]
    const isAllowed = isAllowedBy(origins, sites, requireOrigin)
    hold('value' in always === isAllowed, 'a page may act otherwise than the rule says', { origins, sites })
    const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(method)
    hold('value' in unsafe === (isSafe || isAllowed), 'the method decides otherwise than the rule says', {
      method,
    })
    judgeConfigured(sent)
    return `${isAllowed}, ${isSafe}`
  },
}

type Sent = string | readonly string[] | undefined

function isAllowedBy(origins: Sent, sites: Sent, requireOrigin: boolean): boolean {
  const isOnce = (value: Sent): boolean =>
    value === undefined || (typeof value === 'string' && !value.includes(','))
  if (!isOnce(origins) || !isOnce(sites)) return false
  if (typeof origins === 'string' && policy.trustedOrigins.includes(origins)) return true
  if (sites !== undefined) return sites === 'same-origin' || sites === 'none'
  return origins === undefined ? !requireOrigin : origins === policy.origin
}

/** An origin in the options is one that a browser sends, letter by letter, and every other text is refused. */
function judgeConfigured(text: string): void {
  try {
    hold(parseOrigin(text) === text, 'an origin is not kept as it is', text)
    const { protocol, origin: exact } = new URL(text)
    hold(
      exact === text && chosen(['http:', 'https:'], protocol === 'http:' ? '0' : '1') === protocol,
      'no origin',
      text,
    )
    hold(!text.includes('*'), 'an origin with a wildcard is taken', text)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
  }
}
