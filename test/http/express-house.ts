// Express apps on an Auth of their own, on real servers that end with the test.

import express, { type Express } from 'express'
import { onTestFinished, vi } from 'vitest'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { createAuthWith } from '../../packages/sessera/src/create-auth-with.js'
import { type ExpressOptions, forExpress } from '../../packages/sessera/src/frameworks/express.js'
import type { AuthOptions } from '../../packages/sessera/src/options.js'
import type { Log } from '../../packages/sessera/src/ports/log.js'
import { createSystemRandom, systemClock } from '../../packages/sessera/src/ports/system.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { createTestPasswords } from '../support/auth.js'
import { startServer } from './raw-server.js'

export const ada = { username: 'ada', password: 'a few quiet words' }
export const page = 'http://localhost:5173'
export const fromPage = { Origin: page, 'Sec-Fetch-Site': 'same-site' }
export const welcome = { status: 200, json: { message: 'Welcome, ada' } }

interface House {
  readonly auth: Auth
  readonly log: { [level in keyof Log]: ReturnType<typeof vi.fn<Log[level]>> }
}

export function house(options: Partial<AuthOptions> = {}): House {
  const log = { info: vi.fn<Log['info']>(), warn: vi.fn<Log['warn']>(), error: vi.fn<Log['error']>() }
  const auth = createAuthWith(
    { origin: 'http://localhost:3000', store: memory(), trustedOrigins: [page], ...options },
    { clock: systemClock, random: createSystemRandom(), passwords: createTestPasswords(), log },
  )
  onTestFinished(() => auth.close())
  return { auth, log }
}

export async function listen(app: Express): Promise<string> {
  const { port, close } = await startServer(app)
  onTestFinished(close)
  return `http://127.0.0.1:${port}`
}

export async function bearerOf(
  auth: Auth,
  options: { roles?: readonly string[] } = {},
): Promise<Record<string, string>> {
  await auth.users.create({ ...ada, ...options })
  const { tokens } = await auth.users.signIn(ada.username, ada.password, { mode: 'token' })
  return { Authorization: `Bearer ${tokens?.access_token}` }
}

/** An app with one guarded route and one that signs in; `mount` puts the middlewares before them. */
export function appWith(
  auth: Auth,
  mount: (app: Express, bound: ReturnType<typeof forExpress>) => void,
  options?: ExpressOptions,
): Express {
  const bound = forExpress(auth, options)
  const app = express()
  mount(app, bound)
  app.get('/dashboard', bound.guard(), (req, res) => {
    res.json({ message: `Welcome, ${bound.principal(req).username}` })
  })
  app.post('/login', async (req, res) => {
    const { username, password } = req.body ?? {}
    await bound.signIn(req, res, { login: username, password })
    res.json({ message: 'Login successful' })
  })
  app.use(bound.refusals)
  return app
}
