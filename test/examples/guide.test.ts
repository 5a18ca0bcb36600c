// What the guides show is what there is: the quick start runs, quotes are found in the files that they name, and the
// step from one example to another is the difference between the two files. Needs the build.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { call, heldBy } from '../support/json-client.js'
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
    const registered = await call(`${origin}/auth/register`, { json })
    expect(registered.status).toBe(201)
    const answer = await call(`${origin}/dashboard`, { headers: heldBy(registered) })
    expect(answer).toMatchObject({ status: 200, json: { message: 'Welcome, ada' } })
  })
})

describe('the guide', () => {
  it('needs ten lines for it', () => {
    const [quickStart] = guide.filter(isQuickStart)
    expect(quickStart?.code.split('\n').filter((line) => line.trim() !== '')).toHaveLength(10)
  })
})

// These came before, and their calls are the subject of the tests of what they are about.
const unquoted = ['administration', 'audit', 'limits', 'passwords', 'production']
const prose = ['sh', 'text', 'json', 'sql']
const guides = readdirSync(join(root, 'docs/guide'))
  .map((file) => file.replace(/\.md$/, ''))
  .filter((name) => !unquoted.includes(name))

const blocks = guides.flatMap((name) =>
  blocksOf(`docs/guide/${name}.md`).map((block) => ({ name, ...block })),
)
const quotes = blocks.flatMap(({ from, ...block }) => (from === null ? [] : [{ from, ...block }]))
const diffs = blocks.filter(({ language }) => language === 'diff')

describe.each(guides)('the guide %s', (name) => {
  const own = blocks.filter((block) => block.name === name)

  it('shows no code that is neither run nor quoted', () => {
    const code = own.filter((block) => block.language !== 'diff' && block.from === null)
    expect(code.filter((block) => !prose.includes(block.language) && !isQuickStart(block))).toEqual([])
  })

  it('has no block that is overlooked here', () => {
    expect(read(`docs/guide/${name}.md`).match(/^\s*```/gm) ?? []).toHaveLength(2 * own.length)
  })
})

describe('a guide', () => {
  it.each(quotes)('quotes as it is: $name from $from', ({ from, code }) => {
    expect(read(from)).toContain(code)
  })

  it.each(diffs)('shows differences as they are, which are a few lines: $name', ({ code }) => {
    const [, before = '', after = ''] = /^--- (\S+)\n\+\+\+ (\S+)\n/.exec(code) ?? []
    const labels = [`--label=${before}`, `--label=${after}`]
    const { stdout } = spawnSync('diff', ['-U1', ...labels, before, after], { cwd: root, encoding: 'utf8' })
    expect(code).toBe(stdout)
    expect(stdout.match(/^[+-](?![+-]{2} ).*\S/gm)?.length).toBeLessThan(18)
  })
})

describe('the examples', () => {
  it.each([['main.js'], ['package.json']])('have the same %s but for the name', (file) => {
    const [session, ...others] = ['session', 'token', 'hybrid'].map((mode) =>
      read(`examples/express-${mode}/${file}`).replaceAll(`express-${mode}`, 'express'),
    )
    expect(others).toEqual([session, session])
  })

  it.each([['session'], ['token'], ['hybrid']])('%s is at most forty lines of app', (mode) => {
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
