// The whole catalogue from outside, at everything that is started by one command: all of it is held off.

import { join } from 'node:path'
import { createAuth } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { attack } from '../attacks/against.js'
import { startExample } from '../support/example-process.js'
import { temporaryFolder } from '../support/folder.js'
import { freePort, startServer } from '../support/server-process.js'

const accounts = ['owner', 'other', 'victim'].map((username) => ({
  username: `the-${username}`,
  password: `four words for ${username}`,
}))

test('the stand-alone server', async () => {
  const server = await startServer(temporaryFolder())
  onTestFinished(async () => void (await server.stop()))
  await everything({ url: server.origin, accounts: null, guardedPage: null })
})

test.each(['express-session', 'express-token'])('examples/%s', async (name) => {
  const database = join(temporaryFolder(), 'auth.db')
  const port = await freePort()
  const auth = createAuth({ origin: `http://localhost:${port}`, store: sqlite(database) })
  for (const account of accounts) await auth.users.create(account)
  await auth.close()
  const example = await startExample({ name, database, port })
  onTestFinished(() => example.stop())
  await everything({ url: example.origin, accounts, guardedPage: '/dashboard' })
})

async function everything(against: Omit<Parameters<typeof attack>[0], 'only'>): Promise<void> {
  const tried = await attack({ ...against, only: null })
  expect(tried.filter(({ outcome }) => outcome === 'broken')).toEqual([])
  expect(tried.filter(({ outcome }) => outcome === 'held').length).toBeGreaterThan(200)
}
