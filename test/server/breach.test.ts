// SESSERA_BREACH_URL: whoever signs up at the stand-alone server cannot take a password that the service knows.

import { createHash } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { startServer as startRanges } from '../http/raw-server.js'
import { temporaryFolder } from '../support/folder.js'
import { startServer } from '../support/server-process.js'
import { freshClient } from './fresh-connections.js'

const known = 'a password that was stolen'
const digest = createHash('sha1').update(known).digest('hex').toUpperCase()

it('refuses a password known from a breach, and hands on five digits of its digest only', async () => {
  const asked: string[] = []
  const ranges = await startRanges((request, response) => {
    asked.push(request.url ?? '')
    response.end(`${digest.slice(5)}:7\r\n`)
  })
  onTestFinished(ranges.close)
  const folder = temporaryFolder()
  const server = await startServer(folder, {
    SESSERA_BREACH_URL: `http://127.0.0.1:${ranges.port}/range`,
  })
  onTestFinished(async () => void (await server.stop()))
  const register = (password: string) =>
    freshClient(server.origin).send('POST', '/auth/register', { json: { username: 'ada', password } })
  expect(await register(known)).toMatchObject({ status: 400, body: { code: 'password_unacceptable' } })
  expect((await register('a password nobody has stolen')).status).toBe(201)
  expect(asked[0]).toBe(`/range/${digest.slice(0, 5)}`)
})
