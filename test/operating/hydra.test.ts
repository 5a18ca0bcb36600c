// A guesser that is not ours: hydra against the sign-in form of an app. It does find a password that is among the first few
// guesses, so it works; it does not find one further down its list, and the owner comes in meanwhile.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import express from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { forExpress } from '../../packages/sessera/src/frameworks/express.js'
import { AuthError, createAuth } from '../../packages/sessera/src/index.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { makeFolder } from '../support/folder.js'

const origin = 'http://localhost:3000'
const password = 'four words of some length'
const folder = makeFolder()
const auth = createAuth({ origin, store: sqlite(join(folder.path, 'auth.db')) })
const { routes, signIn } = forExpress(auth)
const refusals: number[] = []

const app = express().use(express.urlencoded(), express.json(), routes)
app.get('/login', (_req, res) => void res.send('<form method="post"><input name="username">'))
app.post('/login', async (req, res) => {
  try {
    await signIn(req, res, { login: String(req.body.username), password: String(req.body.password) })
    res.send('Welcome')
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    refusals.push(error.status)
    res.send('That did not work')
  }
})
const server = app.listen(0, 'localhost')
let port = 0

beforeAll(async () => {
  if (!server.listening) await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  for (const username of ['careless', 'careful']) await auth.users.create({ username, password })
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await auth.close()
  folder.remove()
})

/** What hydra found for this user: the right password stands behind so many wrong ones. */
async function attack(username: string, wrong: number): Promise<string | null> {
  const list = join(folder.path, `${username}.txt`)
  const guesses = Array.from({ length: wrong }, (_, at) => `wrong guess number ${at}`)
  writeFileSync(list, [...guesses, password].join('\n'))
  const form = '/login:username=^USER^&password=^PASS^:S=Welcome'
  const { stdout } = await promisify(execFile)(
    'hydra',
    [
      '-I',
      '-l',
      username,
      '-P',
      list,
      '-s',
      String(port),
      '-t',
      '1',
      '-f',
      'localhost',
      'http-post-form',
      form,
    ],
    { timeout: 120_000 },
  )
  return /login: \S+ +password: (.+)/.exec(stdout)?.[1] ?? null
}

it('finds a password among the first guesses, so the attack is real', async () => {
  expect(await attack('careless', 3)).toBe(password)
})

it('does not find it among 200, and the owner signs in on a known device meanwhile', async () => {
  const device = await signInAt(null)
  refusals.length = 0
  const [found, entered] = await Promise.all([attack('careful', 200), signInDuringAttack(device.mark)])
  expect(found).toBeNull()
  expect(entered).toEqual([200, 200, 200])
  expect(refusals.filter((status) => status === 401).length).toBeLessThanOrEqual(12)
  expect(refusals.filter((status) => status === 429).length).toBeGreaterThan(150)
})

async function signInAt(mark: string | null): Promise<{ readonly status: number; readonly mark: string }> {
  const answer = await fetch(`http://localhost:${port}/auth/login`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin,
      ...(mark === null ? {} : { cookie: mark }),
    },
    body: JSON.stringify({ username: 'careful', password }),
  })
  const device = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('sessera-device'))
  return { status: answer.status, mark: device?.split(';', 1)[0] ?? '' }
}

async function signInDuringAttack(mark: string): Promise<readonly number[]> {
  const statuses: number[] = []
  while (statuses.length < 3) {
    const before = refusals.length
    await expect.poll(() => refusals.length, { timeout: 60_000 }).toBeGreaterThan(before + 5)
    statuses.push((await signInAt(mark)).status)
  }
  return statuses
}
