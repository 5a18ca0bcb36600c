// Everybody's own notes behind an access token: Hono as usual, and what forHono returns.

import { Hono } from 'hono'
import { validator } from 'hono/validator'
import { forHono } from 'sessera/hono'

const json = validator('json', (body) => body ?? {})

/** @param {import('sessera').Auth} auth */
export function createApp(auth) {
  const { routes, guard, principal, signIn, signOut, refusals } = forHono(auth)
  /** @type {Map<string, string[]>} */
  const notes = new Map()
  const app = new Hono()

  app.use(routes)

  app.post('/login', json, async (c) => {
    const { username, password } = c.req.valid('json')
    return c.json(await signIn(c, { login: username, password, mode: 'token' }))
  })

  app.get('/notes', guard(), (c) => c.json({ notes: notes.get(principal(c).id) ?? [] }))

  app.post('/notes', guard(), json, (c) => {
    const { id } = principal(c)
    notes.set(id, [...(notes.get(id) ?? []), String(c.req.valid('json').text)])
    return c.json({ notes: notes.get(id) }, 201)
  })

  app.delete('/notes', guard({ check: 'store', provenWithin: '5m' }), (c) => {
    notes.delete(principal(c).id)
    return c.body(null, 204)
  })

  app.post('/logout', async (c) => {
    await signOut(c)
    return c.json({ message: 'Logged out successfully' })
  })

  app.onError(refusals)
  return app
}
