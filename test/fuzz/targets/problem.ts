// Refusals as sent: JSON that says what was refused, headers of one line each, and nothing of what went wrong inside.

import { AuthError, listErrorCodes } from '../../../packages/sessera/src/errors.js'
import { duplicated } from '../../../packages/sessera/src/http/message.js'
import { problemOf } from '../../../packages/sessera/src/http/problem.js'
import { createRequestIds } from '../../../packages/sessera/src/http/request-id.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { hold, type Target } from '../engine/target.js'

const codes = listErrorCodes()
const secret = 'what only the log may say'
const requestIds = createRequestIds((address) => address === '127.0.0.1', createSeededRandom('fuzz'))

/** Which code (or none), a sentence, the two numbers, and what was sent as X-Request-Id. */
export const problem: Target = {
  name: 'problem',
  seeds: [
    ...codes.map((_, index) => [String.fromCharCode(48 + index), 'Because.', '30', '300', 'abc']),
    ['0', 'a\r\nSet-Cookie: b', '0', '0', 'a\r\nb'],
    ['\0', '\ud800"\\', '1.5', '1e9', '\u00fc'],
  ],
  run([which = '', detail = '', retryAfter = '', maxAge = '', requestId = '']) {
    const index = (which.charCodeAt(0) || 0) % (codes.length + 1)
    const code = codes[index]?.code ?? null
    const details = { detail, retryAfterSeconds: secondsOf(retryAfter), maxAgeSeconds: secondsOf(maxAge) }
    const error =
      code === null ? new Error(secret) : new AuthError(code, { ...details, cause: new Error(secret) })
    const { status, headers, body } = problemOf(error)
    const problem = JSON.parse(body) as Record<string, unknown>
    hold(
      problem['status'] === status && status >= 400 && status < 600,
      'a problem has another status',
      problem,
    )
    hold(problem['code'] === (code ?? 'internal_error'), 'a problem has another code', problem)
    hold(
      code === null || Buffer.from(String(problem['detail'])).equals(Buffer.from(detail)),
      'a sentence is altered',
      detail,
    )
    hold(!body.includes(secret), 'a cause is sent', body)
    for (const [name, value] of headers) {
      hold(/^[A-Za-z-]+$/.test(name) && /^[ -~]*$/.test(value), 'a header breaks its line', { name, value })
      if (name === 'Retry-After') hold(/^\d+$/.test(value), 'Retry-After is no number of seconds', value)
    }
    judgeRequestId(requestId)
    return `${status}`
  },
}

/** Whole seconds, as everything that refuses gives them. */
function secondsOf(text: string): number {
  return Math.min(Math.abs(Number.parseInt(text, 10)) || 0, Number.MAX_SAFE_INTEGER)
}

function judgeRequestId(sent: string): void {
  const believed = requestIds('127.0.0.1', sent)
  hold(/^[A-Za-z0-9._-]{1,64}$/.test(believed), 'a request id is more than a word', believed)
  hold(requestIds('192.0.2.1', sent) !== sent, 'a stranger chooses a request id', sent)
  const other = requestIds('127.0.0.1', duplicated)
  hold(other !== sent && other !== believed, 'a request id comes twice', other)
}
