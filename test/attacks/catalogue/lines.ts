// The lines of the catalogue: what an attacker tries, and what a server must answer. docs/attacks.md is made of them.

export interface Line {
  readonly number: string
  readonly tries: string
  readonly expected: string
  /** Where else it is tried, from the root of the repository: over time, in browsers, with several processes. */
  readonly elsewhere?: string
  /** What has to exist before it can be tried. */
  readonly later?: string
}

export interface Chapter {
  readonly title: string
  readonly lines: readonly Line[]
}

type Row = readonly [
  number: number,
  tries: string,
  expected: string,
  more?: Pick<Line, 'elsewhere' | 'later'>,
]

const refusal = '401, the same bytes for all'
const factors = { later: 'second factors' }
const services = { later: 'OAuth endpoints for services' }

export const chapters: readonly Chapter[] = [
  chapter('Tokens', [
    [1, 'alg none, in all spellings', refusal],
    [2, 'alg none over a real signature', refusal],
    [3, 'an HMAC with the public key as its secret: PEM, DER, JWK', refusal],
    [4, 'an empty signature', refusal],
    [5, 'an HMAC with an empty secret', refusal],
    [6, 'an HMAC with a common secret', refusal],
    [7, 'kid is a path', refusal],
    [8, 'kid is a piece of SQL', refusal],
    [9, 'kid is a command', refusal],
    [10, 'kid is a name that every object has', refusal],
    [11, 'the key comes along as jwk', refusal],
    [12, 'the key is to be fetched: jku, x5u', `${refusal}; nobody is called`],
    [13, 'an ES256 signature of edge numbers', refusal],
    [14, 'an ES256 signature in DER', refusal],
    [15, 'a crit that nobody knows', refusal],
    [16, 'b64: false', refusal],
    [17, 'JSON serialisation, and mixtures', refusal],
    [18, 'an encrypted token, a zip bomb, a costly p2c', refusal],
    [19, 'a member twice', refusal],
    [20, 'exp is a text', refusal],
    [21, 'exp is beyond all numbers', refusal],
    [22, 'exp is missing', refusal],
    [23, 'nbf or iat in the future', refusal],
    [24, 'aud is a list, missing, or nearly ours', refusal],
    [25, 'iss is nearly ours', refusal],
    [26, 'a JWT of another kind', refusal],
    [27, 'another tenant under the same key', refusal],
    [28, 'a kid that is retired', refusal],
    [29, 'another spelling of a genuine token', refusal],
    [30, 'a key that is not for signing', refusal],
    [31, 'a token of a megabyte, JSON of great depth', '401 or 431; nothing breaks'],
    [32, 'a flood of unknown kids', `${refusal}; the store is not asked each time`],
  ]),
  chapter('Transport and cookies', [
    [33, 'two Authorization headers', '400'],
    [34, 'a token in the header and in the body', 'the body counts for nothing; in both places: 400'],
    [35, 'a token in the query', 'refused'],
    [36, 'the session cookie twice', '400'],
    [37, 'a byte before the name that some trim', 'not the name'],
    [38, 'nameless, $Version, quotes around', 'not the name'],
    [39, 'an id planted before sign-in', 'a fresh id'],
    [40, 'an id that is none: long, NUL, a query', '400, 401 or 431'],
    [41, 'line breaks in names, redirects, user agents', 'neither headers nor log lines split'],
    [42, 'two lengths, folded headers, other smuggling', '400, or read as one request only'],
    [
      43,
      'slow senders',
      'cut off in time; the others are served',
      { elsewhere: 'test/server/serve.test.ts' },
    ],
  ]),
  chapter('Other sites', [
    [44, 'a form on another site', '403', { elsewhere: 'test/browser' }],
    [45, 'a page on a sibling host', '403'],
    [46, 'origin null', '403'],
    [47, 'an origin with user info', '403'],
    [48, 'origins that look like ours', '403, and nothing to read for them (CORS)'],
    [49, 'JSON that calls itself text', '415'],
    [50, '_method and its relatives', 'without effect'],
    [51, 'sign-in and sign-out by another site', '403'],
    [52, "a form's token of another session, or from before sign-in", '400 or 403'],
    [53, 'a path that another part normalises', 'refused in every spelling'],
  ]),
  chapter('Credentials and exhaustion', [
    [54, 'telling accounts apart by answer or time', 'the same bytes, the same work'],
    [55, 'spraying passwords, with forged addresses', '429'],
    [56, 'locking the owner out', 'a known device gets in', { elsewhere: 'test/operating' }],
    [57, '72 equal bytes, NUL, other compositions', 'distinct, distinct, equal'],
    [58, 'a password of a megabyte', 'refused before hashing'],
    [59, 'operators, lists, prototypes for a password', '400'],
    [60, 'a flood of passwords to hash', '503; other routes go on'],
    [61, 'a one-time password twice', 'once', factors],
    [62, 'skipping the second factor', '401', factors],
    [63, 'a poisoned Host for a link', 'the configured host'],
    [64, 'a link twice, at once', 'one wins'],
    [65, 'sending people on to elsewhere', 'local paths only'],
  ]),
  chapter('State', [
    [66, 'a used refresh token', 'the family is dead'],
    [67, 'fifty refreshes at once', 'one rotation, one successor'],
    [68, 'a refresh token of another client, a wider scope', 'refused', services],
    [69, 'a refresh that races sign-out', 'no token remains'],
    [70, 'signed out, then the old credentials', '401'],
    [71, 'a role that was taken away', 'gone with the next request'],
    [72, 'the store is down, slow, read-only', '503, never 200', { elsewhere: 'test/faults' }],
    [73, 'a clock that is set', 'nothing comes back'],
    [
      74,
      'a restart, a second process',
      'what ended stays ended',
      { elsewhere: 'test/server/workers.test.ts' },
    ],
    [75, 'proofs of possession, forged and replayed', '401', { later: 'DPoP' }],
    [76, 'a device-bound session with alg none', 'refused', { later: 'device-bound sessions' }],
    [77, 'a log-out token with a nonce or a wrong type', '400', { later: 'back-channel log-out' }],
    [78, 'a status list index out of bounds', 'refused', { later: 'the status list for other services' }],
    [79, 'a security event with exp or sub', 'refused', { later: 'security events for other services' }],
    [80, "one user's cookie and another's token", '400, never merged'],
    [81, "another user's session id", '404'],
    [82, 'a hundred guesses at once', 'counted as a hundred'],
    [83, 'signing up as admin', '400'],
    [84, 'cookies that a sibling planted', 'signed out at worst, never another user'],
    [85, 'a private page under a name that caches keep', '404, no-store'],
    [86, 'floods of keys and cookies', '400 or 431'],
    [
      87,
      'keys that rotate under cached copies',
      'nobody is refused falsely',
      { elsewhere: 'test/attacks/key-rotation.test.ts' },
    ],
  ]),
]

function chapter(title: string, rows: readonly Row[]): Chapter {
  return {
    title,
    lines: rows.map(([number, tries, expected, more = {}]) => ({
      number: String(number),
      tries,
      expected,
      ...more,
    })),
  }
}
