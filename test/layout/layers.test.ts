// The rules of the house bite: a copy of biome.json judges small offenders (each must be refused by the rule
// that is meant for it) and small examples of what is allowed (which must pass without a word).

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
const library = 'packages/sessera/src'
const layers = 'lint/style/noRestrictedImports'

const imports = (specifier: string) => `import { thing } from '${specifier}'\nexport const other = thing\n`

interface Offender {
  readonly file: string
  readonly source: string
  readonly rule: string
  readonly because: string
}

/** Who must not import what, by layer. */
const refusedImports: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': ['./domain/user.js', 'node:fs', 'valibot'],
  'domain/x.ts': [
    '../kernel/refresh.js',
    '../credentials/handle.js',
    '../http/problem.js',
    'node:crypto',
    'valibot',
  ],
  'ports/x.ts': ['../stores/memory.js', '../kernel/refresh.js', 'node:fs'],
  'ports/system.ts': ['node:fs', '../kernel/refresh.js'],
  'credentials/x.ts': ['../kernel/refresh.js', '../http/problem.js', '../stores/memory.js', 'valibot'],
  'changes/x.ts': ['../kernel/refresh.js', '../create-auth.js'],
  'passwords/x.ts': ['../kernel/refresh.js', '@node-rs/argon2', '@node-rs/bcrypt'],
  'passwords/bcrypt.ts': ['../kernel/refresh.js', '@node-rs/argon2'],
  'passwords/argon2.ts': ['../kernel/refresh.js', 'valibot'],
  'kernel/x.ts': [
    '../http/problem.js',
    '../stores/memory.js',
    '../passwords/argon2.js',
    '../create-auth.js',
    'express',
  ],
  'http/x.ts': ['../stores/memory.js', '../create-auth.js', '../frameworks/express.js', 'express'],
  'http/routes/x.ts': ['../../stores/memory.js', '../../create-auth.js', '../../frameworks/express.js'],
  'stores/x.ts': ['../kernel/refresh.js', '../credentials/handle.js', '../testing/fake-clock.js', 'express'],
  'stores/sql/x.ts': ['../../kernel/refresh.js', '../../http/problem.js'],
  'testing/x.ts': [
    '../kernel/refresh.js',
    '../http/problem.js',
    '../stores/memory.js',
    '../create-auth.js',
    'vitest',
  ],
  'testing/create-test-auth.ts': [
    '../kernel/refresh.js',
    '../stores/sqlite.js',
    '../frameworks/node.js',
    'vitest',
  ],
  'client/x.ts': [
    '../kernel/refresh.js',
    '../http/problem.js',
    '../errors.js',
    '../react/index.js',
    'node:crypto',
    'valibot',
  ],
  'react/x.ts': ['../client/client.js', '../domain/principal.js', 'valibot'],
  'frameworks/x.ts': ['../kernel/refresh.js', '../stores/memory.js', '../http/cookies.js'],
}

const allowedImports: Readonly<Record<string, readonly string[]>> = {
  'domain/ok.ts': ['./user.js', '../errors.js', '../ports/clock.js'],
  'ports/ok.ts': ['./clock.js', '../domain/user.js'],
  'credentials/ok.ts': [
    './handle.js',
    '../domain/user.js',
    '../ports/clock.js',
    '../errors.js',
    'node:crypto',
  ],
  'passwords/ok.ts': ['./policy.js', '../errors.js', '../ports/passwords.js', 'node:os'],
  'kernel/ok.ts': ['./refresh.js', '../credentials/handle.js', '../passwords/policy.js', '../domain/user.js'],
  'http/ok.ts': ['../kernel/refresh.js', '../domain/user.js', 'valibot', 'node:http'],
  'http/routes/ok.ts': ['../problem.js', '../../kernel/refresh.js', '../../errors.js', 'valibot'],
  'stores/ok.ts': ['../ports/store.js', '../domain/user.js', '../errors.js', './sql/driver.js', 'node:fs'],
  'stores/sqlite/ok.ts': ['../../ports/store.js', '../sql/driver.js', 'node:timers/promises'],
  'testing/ok.ts': ['../ports/store.js', '../domain/user.js', 'node:assert/strict'],
  'testing/create-test-auth.ts': [
    '../create-auth-with.js',
    '../stores/memory.js',
    '../http/core.js',
    './fake-clock.js',
  ],
  'client/ok.ts': ['./tabs.js', '../http/contract.js', '../domain/principal.js'],
  'react/ok.ts': ['./provider.js', '../client/types.js'],
  'frameworks/ok.ts': [
    '../http/from-node.js',
    '../http/node-binding.js',
    '../auth.js',
    '../domain/principal.js',
    'express',
  ],
}

const inServer = 'packages/server/src'

const offenders: readonly Offender[] = [
  ...Object.entries(refusedImports).flatMap(([file, specifiers]) =>
    specifiers.map((specifier) => ({
      file: `${library}/${file}`,
      source: imports(specifier),
      rule: layers,
      because: `imports ${specifier}`,
    })),
  ),
  ...['../../sessera/src/index.js', '../../../sessera/src/kernel/refresh.js', 'sessera/dist/index.js'].map(
    (specifier) => ({
      file: `${inServer}/main.ts`,
      source: imports(specifier),
      rule: layers,
      because: `imports ${specifier}`,
    }),
  ),
  {
    file: `${library}/domain/dynamic.ts`,
    source: "export const later = import('../kernel/refresh.js')\n",
    rule: layers,
    because: 'imports a higher layer dynamically',
  },
  {
    file: `${library}/domain/reexport.ts`,
    source: "export { refresh } from '../kernel/refresh.js'\n",
    rule: layers,
    because: 'exports from a higher layer',
  },
  {
    file: `${library}/domain/type-only.ts`,
    source: "import type { Kernel } from '../kernel/kernel.js'\nexport type Alias = Kernel\n",
    rule: layers,
    because: 'imports a type of a higher layer',
  },
  {
    file: `${library}/domain/inline.ts`,
    source: "export type Alias = import('../kernel/kernel.js').Kernel\n",
    rule: 'plugin',
    because: 'imports a type where the layer rule does not look',
  },
  {
    file: `${library}/kernel/cycle-a.ts`,
    source: "import { b } from './cycle-b.js'\nexport const a = (): number => b()\n",
    rule: 'lint/suspicious/noImportCycles',
    because: 'is part of an import cycle',
  },
  {
    file: `${library}/kernel/any.ts`,
    source: 'export const loose = (value: any): unknown => value\n',
    rule: 'lint/suspicious/noExplicitAny',
    because: 'says any',
  },
  {
    file: `${library}/kernel/non-null.ts`,
    source: 'export const sure = (value: string | null): string => value!\n',
    rule: 'lint/style/noNonNullAssertion',
    because: 'asserts non-null',
  },
  {
    file: `${library}/kernel/print.ts`,
    source: "console.log('hello')\n",
    rule: 'lint/suspicious/noConsole',
    because: 'prints',
  },
  {
    file: `${library}/kernel/floating.ts`,
    source: 'async function work(): Promise<void> {}\nexport function start(): void {\n  work()\n}\n',
    rule: 'lint/nursery/noFloatingPromises',
    because: 'lets a promise float',
  },
  {
    file: `${library}/kernel/extension.ts`,
    source: imports('./cycle-b'),
    rule: 'lint/correctness/useImportExtensions',
    because: 'imports without an extension',
  },
  {
    file: `${library}/undeclared.ts`,
    source: imports('left-pad'),
    rule: 'lint/correctness/noUndeclaredDependencies',
    because: 'imports a package that package.json does not name',
  },
  ...[
    'Date.now()',
    'Date.now',
    'new Date()',
    'Date()',
    'Math.random()',
    'performance.now()',
    'process.hrtime.bigint()',
    'crypto.randomUUID()',
    'randomBytes(16)',
    'randomUUID()',
  ].map((ambient) => ({
    file: `${library}/kernel/ambient.ts`,
    source: `export const now = ${ambient}\n`,
    rule: 'plugin',
    because: `says ${ambient}`,
  })),
]

const innocents: readonly Omit<Offender, 'rule'>[] = [
  ...Object.entries(allowedImports).flatMap(([file, specifiers]) =>
    specifiers.map((specifier) => ({
      file: `${library}/${file}`,
      source: imports(specifier),
      because: `imports ${specifier}`,
    })),
  ),
  ...['sessera', 'sessera/sqlite', './config.js', 'pino'].map((specifier) => ({
    file: `${inServer}/main.ts`,
    source: imports(specifier),
    because: `imports ${specifier}`,
  })),
  {
    file: `${library}/ports/system.ts`,
    source:
      'export const now = (): number => Date.now()\nexport const random = (): number => Math.random()\n',
    because: 'touches the clock, being the one that may',
  },
  {
    file: `${library}/client/host.ts`,
    source: 'export const now = (): number => Date.now()\n',
    because: 'touches the clock of the browser',
  },
  {
    file: `${library}/kernel/calendar.ts`,
    source: 'export const text = (at: number): string => new Date(at).toISOString()\n',
    because: 'shows a time that it was given',
  },
  { file: `${inServer}/cli/x.ts`, source: "console.log('hello')\n", because: 'prints, being a command' },
]

let folder: string
let reports: readonly (readonly string[])[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sessera-layers-'))
  reports = await judge([...offenders, ...innocents])
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('refused', () => {
  it.each(offenders.map((offender, index) => ({ ...offender, index })))(
    '$file when it $because',
    ({ rule, index }) => {
      expect(reports[index]).toContain(rule)
    },
  )
})

describe('allowed', () => {
  it.each(innocents.map((innocent, index) => ({ ...innocent, index })))(
    '$file when it $because',
    ({ index }) => {
      expect(reports[offenders.length + index]).toEqual([])
    },
  )
})

describe('covered', () => {
  it('every folder of the library has a layer rule that is tried here', () => {
    const folders = readdirSync(join(root, library), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
    const tried = new Set(Object.keys(refusedImports).map((file) => file.split('/')[0]))
    expect(folders.filter((name) => !tried.has(name))).toEqual([])
  })
})

/** The rules that each file breaks, in the order of the files. Two that share a name are judged in different houses. */
async function judge(files: readonly { file: string; source: string }[]): Promise<readonly string[][]> {
  const timesSeen = new Map<string, number>()
  const houseOf = files.map(({ file }) => {
    const house = timesSeen.get(file) ?? 0
    timesSeen.set(file, house + 1)
    return house
  })
  const houses = Math.max(...houseOf) + 1
  for (let house = 0; house < houses; house += 1) furnish(join(folder, String(house)))
  files.forEach(({ file, source }, index) => {
    write(join(folder, String(houseOf[index]), file), source)
  })

  const broken: Map<string, string[]>[] = []
  for (let house = 0; house < houses; house += 1) broken.push(await rulesBroken(join(folder, String(house))))
  return files.map(({ file }, index) => broken[houseOf[index] ?? 0]?.get(file) ?? [])
}

function furnish(house: string): void {
  cpSync(join(root, 'scripts/lint'), join(house, 'scripts/lint'), { recursive: true })
  cpSync(join(root, 'biome.json'), join(house, 'biome.json'))
  cpSync(join(root, '.gitignore'), join(house, '.gitignore'))
  for (const name of ['sessera', 'server']) {
    cpSync(join(root, `packages/${name}/package.json`), join(house, `packages/${name}/package.json`))
  }
  write(
    join(house, library, 'kernel/cycle-b.ts'),
    "import { a } from './cycle-a.js'\nexport const b = (): number => a()\n",
  )
}

function rulesBroken(house: string): Promise<Map<string, string[]>> {
  const files = readdirSync(house, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [biome, 'lint', '--error-on-warnings', '--reporter=github', '--max-diagnostics=none', ...files],
      { cwd: house, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error !== null && !stdout.includes('::')) {
          reject(new Error(`biome could not judge ${house}:\n${stdout}${stderr}`))
          return
        }
        const broken = new Map<string, string[]>()
        for (const [, rule = '', path = ''] of stdout.matchAll(
          /^::(?:error|warning) title=([^,]+),file=([^,]+),/gm,
        )) {
          const file = isAbsolute(path) ? relative(house, path) : path
          broken.set(file, [...(broken.get(file) ?? []), rule])
        }
        resolve(broken)
      },
    )
    child.stdin?.end()
  })
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
