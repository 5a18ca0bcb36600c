// Tests run against the sources: `sessera` and `sessera/<subpath>` mean the files that package.json exports, unbuilt.

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { projects } from './scripts/projects.mjs'

const library = new URL('./packages/sessera/', import.meta.url)

export default defineConfig({
  resolve: { alias: aliasesOf(readFileSync(new URL('package.json', library), 'utf8')) },
  test: {
    pool: 'forks',
    // A test file waits for processes and sockets a good deal of its time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    passWithNoTests: true,
    projects: Object.entries(projects).map(([name, { group, include, exclude = [], types }]) => ({
      extends: true,
      test: {
        name,
        exclude: ['**/node_modules/**', ...exclude],
        include: types ? [] : include,
        typecheck: types
          ? { enabled: true, only: true, include, checker: 'tsc', tsconfig: 'test/tsconfig.json' }
          : { enabled: false },
        testTimeout: group === 'fast' ? 15_000 : 180_000,
        hookTimeout: group === 'fast' ? 30_000 : 180_000,
        // What must come true soon may take a slow machine a while.
        expect: { poll: { timeout: 10_000 } },
      },
    })),
  },
})

function aliasesOf(packageJson: string): { find: RegExp; replacement: string }[] {
  const { exports } = JSON.parse(packageJson) as { exports: Record<string, string | { default: string }> }
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            find: new RegExp(`^sessera${subpath.slice(1)}$`),
            replacement: fileURLToPath(
              new URL(target.default.replace('./dist/', './src/').replace(/\.js$/, '.ts'), library),
            ),
          },
        ],
  )
}
