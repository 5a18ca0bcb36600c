// The holes: one place of the built library each, as it is and as it would be if somebody had got it wrong.

export interface Hole {
  readonly family: string
  readonly what: string
  /** All of these must find it, and are tried alone. */
  readonly lines: readonly string[]
  readonly places: readonly Place[]
}

interface Place {
  /** Under packages/. */
  readonly file: string
  /** Must be there exactly once. */
  readonly from: string
  readonly to: string
}

export const holes: readonly Hole[] = [
  {
    family: 'Tokens',
    what: 'signatures are not verified',
    lines: ['13'],
    places: [
      { file: 'sessera/dist/credentials/jws.js', from: 'if (!key.verify(', to: 'if (false && !key.verify(' },
    ],
  },
  {
    family: 'Tokens',
    what: 'a token has several spellings',
    lines: ['29'],
    places: [
      {
        file: 'sessera/dist/credentials/base64url.js',
        from: "return bytes.toString('base64url') === text ? bytes : null;",
        to: 'return bytes;',
      },
    ],
  },
  {
    family: 'Transport and cookies',
    what: 'the first of two headers counts',
    lines: ['33'],
    places: [
      {
        file: 'sessera/dist/http/from-node.js',
        from: '            else\n                return duplicated;',
        to: '',
      },
    ],
  },
  {
    family: 'Transport and cookies',
    what: 'the last of two cookies counts',
    lines: ['36'],
    places: [{ file: 'sessera/dist/http/cookies.js', from: 'if (previous !== null)', to: 'if (false)' }],
  },
  {
    family: 'Other sites',
    what: 'sibling hosts are trusted',
    lines: ['45'],
    places: [
      {
        file: 'sessera/dist/http/origin.js',
        from: "fetchSite === 'same-origin' ||",
        to: "fetchSite === 'same-origin' || fetchSite === 'same-site' ||",
      },
    ],
  },
  {
    family: 'Other sites',
    what: 'origins are compared by their beginning',
    lines: ['48'],
    places: [
      {
        file: 'sessera/dist/http/origin.js',
        from: 'if (origin === policy.origin)',
        to: 'if (origin.startsWith(policy.origin))',
      },
    ],
  },
  {
    family: 'Credentials and exhaustion',
    what: 'unknown users are answered in another way',
    lines: ['54'],
    places: [
      {
        file: 'sessera/dist/kernel/sign-in.js',
        from: 'if (candidate === null || from === null || !proven)',
        to: "if (candidate === null)\n throw new AuthError('not_found');\n if (from === null || !proven)",
      },
    ],
  },
  {
    family: 'Credentials and exhaustion',
    what: 'guesses are not counted',
    lines: ['82'],
    places: [{ file: 'sessera/dist/kernel/counting.js', from: "if (verdict === 'go')", to: 'if (true)' }],
  },
  {
    family: 'State',
    what: 'sign-out leaves the session alone',
    lines: ['70'],
    places: [
      {
        file: 'sessera/dist/kernel/sign-out.js',
        from: 'await endHeldSession(kernel, id, cause);',
        to: 'void id;',
      },
    ],
  },
  {
    family: 'State',
    what: "anybody's session can be ended by its id",
    lines: ['81'],
    places: [
      {
        file: 'sessera/dist/kernel/end-session.js',
        from: 'value === null || value.session.userId !== userId',
        to: 'value === null',
      },
    ],
  },
  {
    family: 'Weaknesses of others',
    what: "any form's token will do",
    lines: ['GHSA-2ccf-ffrj-m4qw'],
    places: [
      {
        file: 'server/dist/pages/form-token.js',
        from: 'const expected = mac(key, shownTo);',
        to: 'const expected = presented;',
      },
    ],
  },
]
