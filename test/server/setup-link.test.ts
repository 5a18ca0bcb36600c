// How an operator hears of the first administrator's link, from a server of several processes.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeFolder } from '../support/folder.js'
import { startServer } from '../support/server-process.js'

const folder = makeFolder()
afterAll(() => folder.remove())

it('one of the workers says where the link is, none says what it is', async () => {
  const server = await startServer(folder.path, { SESSERA_WORKERS: '3' })
  const file = join(folder.path, 'setup-link')
  const link = readFileSync(file, 'utf8').trim()
  expect(link.startsWith(`${server.origin}/setup?token=`)).toBe(true)
  expect((await fetch(link)).status).toBe(200)
  const { stdout, stderr } = await server.stop()
  const said = stdout.split('\n').filter((line) => line.includes('There is no administrator yet.'))
  expect(said.map((line) => JSON.parse(line).message)).toEqual([
    `There is no administrator yet. Within 24 hours, open the link in ${file} to create one.`,
  ])
  const token = new URL(link).searchParams.get('token') ?? ''
  expect(stdout + stderr).not.toContain(token.slice(0, 16))
})
