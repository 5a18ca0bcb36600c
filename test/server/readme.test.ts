// The README's walk through the API, run as it stands: one shell, the commands in their order, against a real server.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ServerProcess, startServer } from '../support/server-process.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const walk = readme.slice(readme.indexOf('## Try it with curl'), readme.indexOf('## Compared'))
const steps = [
  ...walk.matchAll(/^([^\n`]+:|[^\n`]+\?)\n\n```sh\n([\s\S]*?)```\n```(?:json|text)\n([\s\S]*?)```/gm),
].map(([, title = '', command = '', expected = '']) => ({ title, command, expected: expected.trimEnd() }))
const endOfStep = '--- end of step ---'

let folder: string
let server: ServerProcess
let outputs: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sessera-readme-'))
  server = await startServer(join(folder, 'data'))
  const script = steps.map(({ command }) => `${command}\necho; echo '${endOfStep}'`).join('\n')
  const shell = ['set -eu', script.replaceAll('http://localhost:3000', server.origin)].join('\n')
  outputs = execFileSync('bash', ['-c', shell], { cwd: folder, encoding: 'utf8' }).split(`${endOfStep}\n`)
})

afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the README, with curl', () => {
  it('has every step: register, each mode, who am I, refresh, devices, ending one, password, exchange', () => {
    expect(steps).toHaveLength(9)
    expect([...walk.matchAll(/```sh/g)]).toHaveLength(steps.length)
  })

  it.each(steps.map((step, index) => ({ ...step, index })))('$title', ({ expected, index }) => {
    expect(outputs[index]?.trimEnd()).toMatch(patternOf(expected))
  })
})

/** `…` stands for anything within one line. */
function patternOf(expected: string): RegExp {
  const literal = expected.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}
