// Holes dug into the built product, at least one for each family of attacks: the suite must find every one of them from
// outside, by the lines that are about it.

import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { attack } from '../attacks/against.js'
import { temporaryFolder } from '../support/folder.js'
import { startServer } from '../support/server-process.js'
import { holes } from './holes.js'

const preload = pathToFileURL(`${import.meta.dirname}/plant.mjs`).href

test.each(holes)('$family: $what: found by line $lines', async ({ places, lines, family }) => {
  const folder = temporaryFolder()
  const server = await startServer(folder, {
    NODE_OPTIONS: `--import=${preload}`,
    PLANTED: JSON.stringify(places),
  })
  onTestFinished(async () => void (await server.stop()))
  const tried = await attack({ url: server.origin, accounts: null, guardedPage: null, only: lines })
  const broken = tried.filter(({ outcome }) => outcome === 'broken')
  expect([...new Set(broken.map((one) => one.line))]).toEqual([...lines])
  expect(broken.map((one) => one.family)).toContain(family)
})
