// What an operator waits for: bringing users in from elsewhere by the command line, and pages of a list of 100,000 users.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { answer } from './lib/run.mjs'
import { median, quantile } from './lib/statistics.mjs'
import { authOptions, temporaryFolder } from './lib/world.mjs'

const sessera = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url))
const secret = 'a secret of the benchmarks that is long enough'
const djangoHash = 'pbkdf2_sha256$260000$c2FsdHNhbHRzYWx0$47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

await answer(async ({ quick, tell }) => {
  const people = quick ? 2000 : 100_000
  const folder = temporaryFolder()
  const environment = { ...process.env, SESSERA_DATA: folder.path, SESSERA_SECRET: secret }

  tell(`writing ${people} users`)
  const files = { jsonl: join(folder.path, 'users.jsonl'), csv: join(folder.path, 'users.csv') }
  const seconds = []
  for (const [at, [format, file]] of Object.entries(files).entries()) {
    await write(file, format, people, `${format}-${at}`)
    tell(`importing ${format}`)
    const begun = performance.now()
    execFileSync(process.execPath, [sessera, 'users', 'import', file], { env: environment, stdio: 'ignore' })
    seconds.push({ format, taken: (performance.now() - begun) / 1000 })
  }

  const auth = createAuth({
    ...authOptions,
    secrets: [secret],
    store: sqlite(join(folder.path, 'sessera.db')),
    administration: { role: 'admin' },
  })
  const { id: userId } = await auth.users.create({ username: 'zoe', roles: ['admin'] })
  const { tokens } = await auth.sessions.start({ userId, mode: 'token', factors: ['pwd'] })
  const authorization = `Bearer ${tokens?.access_token}`
  const deep = (await auth.users.list({ search: 'csv-1', limit: 1 })).next ?? ''
  const pages = Object.entries({
    'first page': 'limit=50',
    'a page in the middle': `limit=50&after=${encodeURIComponent(deep)}`,
    'by the beginning of a name': 'limit=50&search=jsonl-0-77',
    'by a role that few have': 'limit=50&role=admin',
    'those who are disabled, of whom there are few': 'limit=50&disabled=true',
    nobody: 'limit=50&search=nobody',
  })
  const rows = []
  for (const [name, query] of pages) {
    tell(name)
    const times = []
    for (let turn = 0; turn < (quick ? 5 : 100); turn++) {
      const begun = performance.now()
      const answered = await auth.fetch(
        new Request(`${authOptions.origin}/auth/admin/users?${query}`, { headers: { authorization } }),
      )
      await answered.text()
      times.push(performance.now() - begun)
      if (answered.status !== 200) throw new Error(`${name} was answered with ${answered.status}.`)
    }
    rows.push({ name, times })
  }
  await auth.close()
  folder.remove()
  const slowest = Math.max(...rows.map(({ times }) => median(times)))
  return {
    tables: [
      {
        caption: `\`sessera users import\`, ${people.toLocaleString('en')} users with hashes, from the start of the process to its end, into SQLite.`,
        head: ['format', 'seconds', 'users a second'],
        rows: seconds.map(({ format, taken }) => [format, taken, people / taken]),
      },
      {
        caption: `\`GET /auth/admin/users\` over ${(2 * people).toLocaleString('en')} users at the server, authorization included, ms.`,
        head: ['page', 'median', '99 %'],
        rows: rows.map(({ name, times }) => [name, median(times), quantile(times, 0.99)]),
      },
    ],
    targets: [
      ...seconds.map(({ format, taken }) => ({
        what: `import of ${format}`,
        side: /** @type {const} */ ('at least'),
        limit: 20_000,
        measured: people / taken,
        unit: ' users/s',
      })),
      {
        what: 'slowest of the pages, median',
        side: /** @type {const} */ ('at most'),
        limit: 20,
        measured: slowest,
        unit: ' ms',
      },
    ],
  }
})

/**
 * @param {string} file
 * @param {string} format
 * @param {number} people
 * @param {string} prefix
 */
async function write(file, format, people, prefix) {
  const out = createWriteStream(file)
  if (format === 'csv') out.write('username,email,password_hash,roles\n')
  for (let at = 0; at < people; at++) {
    const user = { username: `${prefix}-${at}`, email: `${prefix}-${at}@example.org`, roles: ['member'] }
    const line =
      format === 'csv'
        ? `${user.username},${user.email},${djangoHash},member`
        : JSON.stringify({ ...user, passwordHash: djangoHash })
    if (!out.write(`${line}\n`)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
}
