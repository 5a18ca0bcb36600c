// The list in the source is what the maintained package has: `npx vitest -u` writes it again when the package moves on.

import { dictionary } from '@zxcvbn-ts/language-common'
import { expect, test } from 'vitest'
import { commonPasswords } from '../../../packages/sessera/src/passwords/common-passwords.js'

/** The most common ones of any length, and of the others those that go a long way towards fifteen characters. */
const most = 10_000
const longFrom = 10
const shortest = 4

function chosen(): readonly string[] {
  const all = dictionary['passwords-common'] as readonly string[]
  return all.filter((text, rank) => text.length >= shortest && (rank < most || text.length >= longFrom))
}

function source(words: readonly string[]): string {
  const lines: string[] = ['']
  for (const word of words) {
    const line = lines.at(-1) ?? ''
    if (line.length + word.length + 1 > 110) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return `// Passwords that many people use, the most common first: data, written by test/unit/passwords/common-passwords.test.ts.
// From @zxcvbn-ts/language-common, Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc., Copyright (c) 2021
// @zxcvbn-ts, under the MIT licence as in the file LICENSE of this package.

export const commonPasswords: string = \`
${lines.join('\n')}
\`
`
}

test('the list in the source is what the package has', async () => {
  await expect(source(chosen())).toMatchFileSnapshot(
    '../../../packages/sessera/src/passwords/common-passwords.ts',
  )
})

test('it can be written as it is: folded, without blanks, backslashes and backticks', () => {
  expect(chosen().filter((text) => !/^[!-[\]-_a-~]+$/.test(text) || text.includes('${'))).toEqual([])
  expect(chosen().filter((text) => text.normalize('NFKC').toLowerCase() !== text)).toEqual([])
})

test('it has three thousand of the shortest length that can be configured (ASVS 6.2.4)', () => {
  const words = commonPasswords.trim().split(/\s+/)
  expect(words).toEqual(chosen())
  expect(words.filter((text) => text.length >= 8).length).toBeGreaterThan(3000)
})
