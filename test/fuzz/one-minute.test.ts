// The fuzzer as it is run by hand, for the better part of a minute: every target, with its counters, a seed of its own.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { targets } from './targets.js'

const names = Object.keys(targets)
const root = fileURLToPath(new URL('../..', import.meta.url))

it('finds nothing', async () => {
  const { code, text } = await fuzz(['--minutes', String(35 / 60 / names.length)])
  expect(code, text).toBe(0)
  expect(text.match(/nothing found/g)).toHaveLength(names.length)
})

it('says which targets there are', async () => {
  const { code, text } = await fuzz(['nothing'])
  expect(code).toBe(2)
  expect(text).toContain(`There is no target nothing. There are: ${names.join(', ')}.`)
})

it('wants a time above nothing', async () => {
  expect(await fuzz(['--minutes', '0'])).toMatchObject({
    code: 2,
    text: expect.stringContaining('--minutes'),
  })
})

function fuzz(args: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/fuzz.mjs', ...args], { cwd: root })
    let text = ''
    const add = (chunk: Buffer): void => {
      text += chunk.toString()
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text }))
  })
}
