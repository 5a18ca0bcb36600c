// The parts of the workshop that repeat each other agree, and no test stands where nobody runs it.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { count } from '../../scripts/reports.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Exports = Record<string, string | { readonly types: string; readonly default: string }>

describe('test files', () => {
  it('each run in exactly one project', () => {
    const listed = execFileSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'list', '--filesOnly', '--json'],
      {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const run = (JSON.parse(listed) as { file: string }[]).map(({ file }) => relative(root, file)).sort()
    const present = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(test|spec)(-d)?\.[cm]?[jt]sx?$/.test(name))
      .map((name) => join('test', name))
      .sort()
    expect(run).toEqual(present)
  })
})

describe('the exports of the library', () => {
  const { exports } = JSON.parse(read('packages/sessera/package.json')) as { exports: Exports }
  const subpaths = Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [{ subpath, ...target }],
  )

  it.each(subpaths)('$subpath declares types beside the code', ({ types, default: code }) => {
    expect(types).toBe(code.replace(/\.js$/, '.d.ts'))
  })

  it('are the paths under which tests and examples are type-checked', () => {
    const { compilerOptions } = JSON.parse(read('test/tsconfig.json')) as {
      compilerOptions: { paths: Record<string, string[]> }
    }
    expect(compilerOptions.paths).toEqual(
      Object.fromEntries(
        subpaths.map(({ subpath, default: code }) => [
          `sessera${subpath.slice(1)}`,
          [code.replace('./dist/', '../packages/sessera/src/').replace(/\.js$/, '.ts')],
        ]),
      ),
    )
  })
})

describe('the licence', () => {
  it.each(['packages/sessera', 'packages/server'])('travels with %s', (folder) => {
    expect(read(`${folder}/LICENSE`)).toBe(read('LICENSE'))
  })
})

describe('the totals of a test run', () => {
  const passed = { status: 'passed', fullName: 'one' }
  const failed = { status: 'failed', fullName: 'two', failureMessages: ['not so\n    at …'] }
  const skipped = { status: 'skipped', fullName: 'three' }
  const todo = { status: 'todo', fullName: 'four' }

  it.each([
    {
      what: 'passed, failed and skipped tests as what they are',
      report: {
        success: false,
        testResults: [
          { name: 'a.test.ts', status: 'failed', assertionResults: [passed, failed, skipped, todo] },
        ],
      },
      expected: { passed: 1, failed: 1, skipped: 2, failures: ['a.test.ts: two: not so'] },
    },
    {
      what: 'a file that does not load as a failure',
      report: {
        success: false,
        testResults: [
          { name: 'a.test.ts', status: 'passed', assertionResults: [passed] },
          { name: 'a.test.ts', status: 'failed', assertionResults: [] },
        ],
      },
      expected: { passed: 1, failed: 1, skipped: 0 },
    },
    {
      what: 'a failed hook, which leaves its tests skipped, as a failure',
      report: {
        success: false,
        testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [skipped] }],
      },
      expected: { passed: 0, failed: 1, skipped: 1 },
    },
    {
      what: 'an error outside of any test as a failure',
      report: {
        success: false,
        testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults: [passed] }],
      },
      expected: { passed: 1, failed: 1, skipped: 0 },
    },
  ])('count $what', ({ report, expected }) => {
    expect(count(report)).toMatchObject(expected)
  })
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
