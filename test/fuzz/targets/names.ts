// Usernames and durations: one key for all spellings of a name, and no text that means a time by mistake.

import { parseDuration } from '../../../packages/sessera/src/domain/duration.js'
import { parseUsername } from '../../../packages/sessera/src/domain/username.js'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { hold, type Target } from '../engine/target.js'

const units = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

export const names: Target = {
  name: 'names',
  seeds: [
    ['Ann', '5m'],
    ['\u212a\u017f\ufb01', '30d'],
    ['\u0130stanbul \u03a3\u03c2', '250ms'],
    ['e\u0301', '1s'],
    [' a ', '-1s'],
    ['\u1e9e\u00df', '1e3'],
  ],
  words: ['\u0345', '\u0307', '\u03a3', '\u200d', '\u00ad', '\u0130', '\ufdfa', 'ms', 'd'],
  maxLength: 256,
  run([text = '', duration = '']) {
    judgeDuration(duration)
    const parsed = parseUsername(text)
    if (parsed === null) return 'refused'
    const { username, key } = parsed
    hold(
      [...username].length <= 64 && username.trim() === username,
      'a username is too long or has blanks',
      text,
    )
    hold(!/[\p{Cc}\p{Cs}]/u.test(username), 'a username has control characters', text)
    const again = parseUsername(username)
    hold(
      again?.username === username && again.key === key,
      'a username is another when it is typed as shown',
      { text, username, key, again },
    )
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) {
      hold(parseUsername(text.normalize(form))?.key === key, 'two spellings of a username differ', {
        text,
        form,
        key,
      })
    }
    hold(
      !/\p{ASCII}/u.test(text) || parseUsername(asciiUpper(text))?.key === key,
      'case makes another user',
      text,
    )
    return key === username ? 'its own key' : 'another key'
  },
}

function asciiUpper(text: string): string {
  return text.replace(/[a-z]/g, (char) => char.toUpperCase())
}

function judgeDuration(text: string): void {
  const [, digits = '', unit = ''] = /^([0-9]{1,9})([a-z]+)$/.exec(text) ?? []
  const factor = units.get(unit)
  try {
    const ms = parseDuration(text)
    hold(factor !== undefined && ms === Number(digits) * factor, 'a duration means another time', {
      text,
      ms,
    })
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    hold(factor === undefined, 'a duration is refused', text)
  }
}
