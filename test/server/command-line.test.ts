import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../packages/server/src/cli/command-line.js'

describe('what is typed after `sessera`', () => {
  it.each([
    { args: [], means: { name: 'serve', workers: null } },
    { args: ['serve'], means: { name: 'serve', workers: null } },
    { args: ['serve', '--workers', '4'], means: { name: 'serve', workers: '4' } },
    { args: ['serve', '--workers=4'], means: { name: 'serve', workers: '4' } },
    { args: ['--workers', '64', 'serve'], means: { name: 'serve', workers: '64' } },
    { args: ['--workers', '1'], means: { name: 'serve', workers: '1' } },
    { args: ['serve', '--workers', 'auto'], means: { name: 'serve', workers: 'auto' } },
    { args: ['--help'], means: { name: 'help' } },
    { args: ['serve', '-h'], means: { name: 'help' } },
  ])('$args', ({ args, means }) => {
    expect(parseCommandLine(args)).toEqual(means)
  })
})

describe('a mistake is told in a sentence that says what to write', () => {
  const rule = 'Write a number from 1 to 64, or "auto" for one per processor.'
  const orHelp = 'Write "sessera serve", or "sessera --help" to see all.'

  it.each([
    { args: ['--workers', '0'], says: `--workers is "0". ${rule}` },
    { args: ['--workers', '65'], says: `--workers is "65". ${rule}` },
    { args: ['--workers', '04'], says: `--workers is "04". ${rule}` },
    { args: ['--workers', '-1'], says: `--workers is "-1". ${rule}` },
    { args: ['--workers', '2.5'], says: `--workers is "2.5". ${rule}` },
    { args: ['--workers', '1e1'], says: `--workers is "1e1". ${rule}` },
    { args: ['--workers', 'x'], says: `--workers is "x". ${rule}` },
    { args: ['--workers', 'AUTO'], says: `--workers is "AUTO". ${rule}` },
    { args: ['--workers='], says: `--workers is "". ${rule}` },
    { args: ['serve', '--workers'], says: `--workers has no value. ${rule}` },
    { args: ['start'], says: `"start" is no command. ${orHelp}` },
    { args: ['serve', '4'], says: `"4" is one word too many. ${orHelp}` },
    { args: ['serve', '--port', '80'], says: `"--port" is no option. ${orHelp}` },
    { args: ['-w', '4'], says: `"-w" is no option. ${orHelp}` },
  ])('$args', ({ args, says }) => {
    expect(parseCommandLine(args)).toEqual({ name: 'mistake', sentence: says })
  })
})
