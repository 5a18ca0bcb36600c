// node:http does what every framework does, and the app that its guide shows works.

import { expect, it, onTestFinished } from 'vitest'
import { createWorld } from '../support/auth.js'
import { listening } from './listening.js'
import { nodeFixture } from './node.js'
import { createApp } from './node-app.js'
import { conformance } from './suite.js'

conformance(nodeFixture)

it('the app of the guide welcomes whoever is signed in', async () => {
  const { auth, signedIn } = await createWorld()
  const logged: unknown[] = []
  const { port, close } = await listening(createApp(auth, (error) => logged.push(error)))
  onTestFinished(close)
  const at = (path: string, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers })
  const { authorization = '' } = (await signedIn('token')).headers()
  expect(await (await at('/dashboard', { authorization })).text()).toBe('Welcome, ada')
  expect((await at('/dashboard')).status).toBe(401)
  expect((await at('/auth/me', { authorization })).status).toBe(200)
  expect((await at('/elsewhere')).status).toBe(404)
  expect(logged).toEqual([])
})
