// Where the requests of somebody who is signed in go, and what they carry.

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { forNode } from 'sessera/node'
import { createTestAuth, type TestAuth } from 'sessera/testing'
import { describe, expect, onTestFinished, test } from 'vitest'

function start(): TestAuth {
  const t = createTestAuth()
  onTestFinished(() => t.close())
  return t
}

/** An app on a port of its own: whose it is, and the headers of what it was asked. */
async function listen(t: TestAuth): Promise<{ base: string; asked: IncomingHttpHeaders[] }> {
  const { handle, guard } = forNode(t.auth)
  const enter = guard()
  const asked: IncomingHttpHeaders[] = []
  const server = createServer(async (req, res) => {
    asked.push(req.headers)
    if (await handle(req, res)) return
    const me = await enter(req, res)
    if (me !== null) res.end(`${req.method} ${req.url} by ${me.username}`)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe.each(['session', 'token', 'hybrid'] as const)('in mode %s', (mode) => {
  test('an app that listens somewhere is asked there, whatever origin it is configured for', async () => {
    const t = start()
    const { base } = await listen(t)
    const ada = await t.as({ username: 'ada', mode, app: base })
    expect(await (await ada.fetch('/dashboard')).text()).toBe('GET /dashboard by ada')
    const posted = await ada.fetch('/transfer?to=bob', { method: 'POST', body: '{}' })
    expect(await posted.text()).toBe('POST /transfer?to=bob by ada')
    expect((await ada.fetch('/auth/logout', { method: 'POST' })).status).toBe(204)
    expect((await ada.fetch('/dashboard')).status).toBe(401)
  })

  test('an app that is a function is called, and other addresses are asked over the network', async () => {
    const t = start()
    const { base } = await listen(t)
    const app = async (request: Request) => {
      const { username } = await t.auth.authenticate(request.headers, {}, request)
      return new Response(`${request.url} by ${username}`)
    }
    const ada = await t.as({ username: 'ada', mode, app })
    const here = 'http://localhost:3000/dashboard by ada'
    expect(await (await ada.fetch('/dashboard')).text()).toBe(here)
    expect(await (await ada.fetch(new URL('http://localhost:3000/dashboard'))).text()).toBe(here)
    expect(await (await ada.fetch(`${base}/there`)).text()).toBe('GET /there by ada')
  })
})

test('headers of the caller come first', async () => {
  const t = start()
  const { base, asked } = await listen(t)
  const ada = await t.as({ app: base })
  const foreign = await ada.fetch('/transfer', {
    method: 'POST',
    headers: { Origin: 'https://evil.example' },
  })
  expect(foreign.status).toBe(403)
  expect((await ada.fetch('/dashboard', { headers: [['X-Request-Id', 'mine']] })).status).toBe(200)
  expect(asked).toMatchObject([
    { origin: 'https://evil.example', cookie: ada.headers['cookie'] },
    { origin: 'http://localhost:3000', cookie: ada.headers['cookie'], 'x-request-id': 'mine' },
  ])
})

test('what comes back changes nothing: a test sees one request, not a browser', async () => {
  const t = start()
  const ada = await t.as({ mode: 'hybrid' })
  t.clock.advance('6m')
  const me = await ada.fetch('/auth/me')
  expect(me.headers.getSetCookie().join()).toContain('sessera-access')
  expect((await ada.fetch('/auth/me')).headers.getSetCookie()).not.toEqual([])
})
