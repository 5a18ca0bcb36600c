// Asks a range service, such as Pwned Passwords, whether a password is known from a breach. The first five digits of its
// SHA-1 are all that leaves the process: some 800 passwords share them.

import { hash } from 'node:crypto'
import { inTime, LateAnswer } from '../changes/in-time.js'
import { ConfigurationError } from '../errors.js'
import type { IsBreached } from '../ports/passwords.js'

export interface RangeCheckOptions {
  /** Where the ranges are: `https://api.pwnedpasswords.com/range`, or a copy of it that is your own. */
  readonly url: string
  /** Default 2000: somebody is waiting. */
  readonly timeoutMs?: number
  /** Default: Node's own. */
  readonly fetch?: typeof fetch
}

/** Why it cannot be told. */
export type RangeFaultCode = 'timeout' | 'network' | 'status' | 'too_large' | 'garbage'

/** The service did not answer as it should. Holds nothing of the password, nor of its hash. */
export class RangeCheckError extends Error {
  override readonly name = 'RangeCheckError'
  readonly code: RangeFaultCode

  constructor(code: RangeFaultCode, message: string) {
    super(message)
    this.code = code
  }
}

/** With padding a range has up to 1000 lines, some 40 kB. */
const maxBytes = 1_048_576
const prefixLength = 5

/**
 * A function for `passwords.isBreached`. A password that the service has counted at least once is breached; lines that
 * pad the answer have a count of 0.
 *
 * @throws ConfigurationError when the address is no https (http on localhost is allowed).
 * @example
 * const auth = createAuth({
 *   origin: 'http://localhost:3000',
 *   store: sqlite('auth.db'),
 *   passwords: { isBreached: createRangeCheck({ url: 'https://api.pwnedpasswords.com/range' }) },
 * })
 */
export function createRangeCheck(options: RangeCheckOptions): IsBreached {
  const { timeoutMs = 2000, fetch: ask = fetch } = options
  const base = parseBase(options.url)
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > 10_000) {
    throw new ConfigurationError(`timeoutMs is ${timeoutMs}. It must be between 1 and 10000.`)
  }

  async function fetchRange(prefix: string, signal: AbortSignal): Promise<string> {
    const response = await ask(`${base}/${prefix}`, {
      headers: { 'Add-Padding': 'true' },
      redirect: 'error',
      signal,
    })
    if (response.status !== 200) {
      throw new RangeCheckError('status', `The range service answered with status ${response.status}.`)
    }
    return await readText(response)
  }

  return async (password) => {
    const digest = hash('sha1', password, 'hex').toUpperCase()
    const prefix = digest.slice(0, prefixLength)
    const given = new AbortController()
    try {
      const range = await inTime(fetchRange(prefix, given.signal), timeoutMs)
      return isListed(range, digest.slice(prefixLength))
    } catch (error) {
      throw faultOf(error)
    } finally {
      given.abort()
    }
  }
}

function parseBase(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isLocal = parsed !== null && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
  if (parsed === null || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLocal))) {
    throw new ConfigurationError(
      'The url of a range check begins with https://, such as "https://api.pwnedpasswords.com/range".',
    )
  }
  return url.replace(/\/+$/, '')
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > maxBytes) {
      throw new RangeCheckError('too_large', `The range service answered with more than ${maxBytes} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

function isListed(range: string, suffix: string): boolean {
  const lines = range.split('\n').map((line) => line.trimEnd())
  if (lines.at(-1) === '') lines.pop()
  const entries = lines.map((line) => /^([\dA-Fa-f]{35}):(\d{1,12})$/.exec(line))
  // One line that is none, and the others are not to be believed either: half an answer would say "not found".
  if (entries.length === 0 || entries.includes(null)) {
    throw new RangeCheckError('garbage', 'The range service answered with something that is no range.')
  }
  return entries.some((entry) => entry?.[1]?.toUpperCase() === suffix && Number(entry[2]) > 0)
}

/** What `fetch` throws may name the address, and with it the prefix. */
function faultOf(error: unknown): RangeCheckError {
  if (error instanceof RangeCheckError) return error
  if (error instanceof LateAnswer) {
    return new RangeCheckError('timeout', 'The range service did not answer in time.')
  }
  return new RangeCheckError('network', 'The range service could not be reached.')
}
