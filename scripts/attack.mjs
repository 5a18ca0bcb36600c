// npm run attack -- URL [--accounts FILE] [--page PATH] [--only 33,36] [--json FILE], or --list
// Tries the catalogue of docs/attacks.md at a running server and reports. Exit code: 0 all held, 1 something did not, 2 usage.

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { importSource } from './sources.mjs'

const usage = `Usage: npm run attack -- URL [options]

Tries every attack of docs/attacks.md that needs no more than the address, at a server of your own. It signs in some hundred
times, guesses passwords and sends what no client sends: use a server that is there for it.

  --accounts FILE  three users as JSON: [{ "username": "…", "password": "…" }, …]; without, it signs up three
  --page PATH      a page behind a guard that greets by name, such as /dashboard
  --only LINES     these lines alone, such as 33,36
  --json FILE      write every single attempt to a file
  --list           no URL: print what there is to try

Example: npm run attack -- http://localhost:3000`

process.exitCode = await main()

async function main() {
  let input
  try {
    input = readInput()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    return 2
  }
  /** @type {typeof import('../test/attacks/report.js')} */
  const { listOf, progressOf, summaryOf } = await importSource('/test/attacks/report.ts')
  if (input === null) {
    console.log(listOf())
    return 0
  }
  /** @type {typeof import('../test/attacks/against.js')} */
  const { attack, CannotAttack } = await importSource('/test/attacks/against.ts')
  try {
    const tried = await attack({ ...input, onTried: (one) => console.log(progressOf(one)) })
    if (input.json !== null) writeFileSync(input.json, `${JSON.stringify(tried, null, 2)}\n`)
    console.log(summaryOf(tried))
    return tried.some(({ outcome }) => outcome === 'broken') ? 1 : 0
  } catch (error) {
    if (error instanceof CannotAttack) console.error(error.message)
    else if (isUnreachable(error)) console.error(`Nobody answers at ${input.url}. Start the server first.`)
    else throw error
    return 2
  }
}

function readInput() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      accounts: { type: 'string' },
      page: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  })
  if (values.list) return null
  const [url, ...more] = positionals
  if (url === undefined || more.length > 0) throw new Error('Name one address.')
  const { accounts, page, only, json } = values
  return {
    url,
    accounts: accounts === undefined ? null : JSON.parse(readFileSync(accounts, 'utf8')),
    guardedPage: page ?? null,
    only: only === undefined ? null : only.split(','),
    json: json ?? null,
  }
}

/** @param {unknown} error */
function isUnreachable(error) {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(error.code))
  )
}
