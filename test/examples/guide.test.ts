// What the guide shows is what there is: the quick start runs, quotes are found in the files that they name, and the
// step from one example to the other is the difference between the two files. Needs the build.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { call } from '../support/json-client.js'
import { freePort } from '../support/server-process.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Block {
  readonly language: string
  /** The file that a comment above the block names, null when there is none. */
  readonly from: string | null
  readonly code: string
}

function blocksOf(path: string): readonly Block[] {
  const fences = /(?:<!-- (\S+) -->\n)?```(\w+)\n([\s\S]*?)```/g
  return [...read(path).matchAll(fences)].map(([, from = null, language = '', code = '']) => ({
    language,
    from,
    code,
  }))
}

const guide = blocksOf('docs/guide/express.md')
const isQuickStart = ({ language, from, code }: Block): boolean =>
  language === 'js' && from === null && code.includes('app.listen(3000)')

describe.each([['docs/guide/express.md'], ['README.md']])('the quick start of %s', (path) => {
  const [quickStart, ...others] = blocksOf(path).filter(isQuickStart)

  it('is there, once', () => {
    expect(quickStart).toBeDefined()
    expect(others).toEqual([])
  })

  it('runs: a stranger registers and is welcome', async () => {
    const port = await freePort()
    await start((quickStart?.code ?? '').replaceAll('3000', String(port)))
    const origin = `http://localhost:${port}`
    await vi.waitFor(() => call(origin), { timeout: 10_000, interval: 50 })

    expect((await call(`${origin}/dashboard`)).status).toBe(401)
    const json = { username: 'ada', password: 'a few quiet words' }
    const { status, cookies } = await call(`${origin}/auth/register`, { json })
    expect(status).toBe(201)
    const headers = { Cookie: cookies.filter((cookie) => !cookie.endsWith('=')).join('; ') }
    const answer = await call(`${origin}/dashboard`, { headers })
    expect(answer).toMatchObject({ status: 200, json: { message: 'Welcome, ada' } })
  })
})

describe('the guide', () => {
  it('needs ten lines for it', () => {
    const [quickStart] = guide.filter(isQuickStart)
    expect(quickStart?.code.split('\n').filter((line) => line.trim() !== '')).toHaveLength(10)
  })

  it('shows no code that is neither run nor quoted', () => {
    const code = guide.filter((block) => !isQuickStart(block) && block.from === null)
    expect(code.map(({ language }) => language)).toEqual(['diff'])
  })

  it.each(guide.filter(({ from }) => from !== null))('quotes $from as it is', ({ from, code }) => {
    expect(read(from ?? '')).toContain(code)
  })

  it('shows the difference between the examples, which is a few lines', () => {
    const shown = guide.find(({ language }) => language === 'diff')?.code
    const { stdout } = spawnSync(
      'diff',
      [
        '-U1',
        '--label=examples/express-session/app.js',
        'examples/express-session/app.js',
        '--label=examples/express-token/app.js',
        'examples/express-token/app.js',
      ],
      { cwd: root, encoding: 'utf8' },
    )
    expect(shown).toBe(stdout)
    expect(stdout.match(/^[+-] /gm)?.length).toBeLessThan(15)
  })
})

describe('the examples', () => {
  it.each([['main.js'], ['package.json']])('have the same %s but for the name', (file) => {
    const [session, token] = ['session', 'token'].map((mode) => read(`examples/express-${mode}/${file}`))
    expect(session?.replaceAll('express-session', 'express-token')).toBe(token)
  })

  it.each([['session'], ['token']])('%s is at most forty lines of app', (mode) => {
    expect(read(`examples/express-${mode}/app.js`).split('\n').length).toBeLessThanOrEqual(41)
  })
})

/** Runs a program as a file of this repository, where its imports are found, with an empty folder for its data. */
async function start(program: string): Promise<void> {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const programs = mkdtempSync(join(root, '.cache/guide-'))
  const data = makeFolder()
  writeFileSync(join(programs, 'app.mjs'), program)
  const child = spawn(process.execPath, [join(programs, 'app.mjs')], { cwd: data.path, stdio: 'ignore' })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
    data.remove()
    rmSync(programs, { recursive: true, force: true })
  })
}
