// auth.fetch knows no socket: the address of a client is what the platform says, and limits go by it.

import { expect, it } from 'vitest'
import { createWorld } from '../../support/auth.js'

it('limits of auth.fetch are counted by the address that the platform gives', async () => {
  const { auth } = await createWorld({ registration: 'open' })
  const statusFrom = async (ip: string | null): Promise<number> => {
    const request = new Request('https://app.example/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'bob', password: 'too short' }),
    })
    return (await auth.fetch(request, { ip })).status
  }
  for (let attempt = 0; attempt < 30; attempt++) expect(await statusFrom('192.0.2.1')).toBe(400)
  expect(await statusFrom('192.0.2.1')).toBe(429)
  expect(await statusFrom('192.0.2.2')).toBe(400)
})
