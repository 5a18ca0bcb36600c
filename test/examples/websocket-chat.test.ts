// examples/websocket-chat: who may talk, who hears it, and that nobody does any more once their session has ended.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, it, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { createApp } from '../../examples/websocket-chat/app.js'
import { createWorld, origin, type World } from '../support/auth.js'
import type { Client } from '../support/client.js'
import { tryExample } from '../support/example-process.js'
import { call, heldBy } from '../support/json-client.js'

let world: World
let port: number

beforeEach(async () => {
  world = await createWorld()
  const server = createApp(world.auth).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
})

interface Tab {
  readonly ws: WebSocket
  readonly heard: readonly unknown[]
  /** The code, when it has been closed. */
  readonly closed: Promise<number>
}

function connect(path: string, headers: Record<string, string> = {}, at = port): Tab {
  const ws = new WebSocket(`ws://127.0.0.1:${at}${path}`, { headers })
  onTestFinished(() => ws.terminate())
  const heard: unknown[] = []
  ws.on('message', (data) => heard.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => ws.once('close', resolve))
  ws.on('error', () => {})
  return { ws, heard, closed }
}

/** In the chat, and welcome. */
async function open(client: Client): Promise<Tab> {
  const tab = connect('/chat', { ...client.headers(), origin })
  await expect.poll(() => tab.heard).toEqual([{ welcome: 'ada' }])
  return tab
}

async function refusal(path: string, headers: Record<string, string>): Promise<number> {
  const { ws } = connect(path, headers)
  const [, res] = await once(ws, 'unexpected-response')
  return res.statusCode
}

describe('the chat', () => {
  it('says to all who are in it what one of them said', async () => {
    const [one, other] = [
      await open(await world.signedIn('session')),
      await open(await world.signedIn('hybrid')),
    ]
    one.ws.send('hello <b>there</b>')
    const said = { from: 'ada', text: 'hello <b>there</b>' }
    for (const { heard } of [one, other]) await expect.poll(() => heard).toContainEqual(said)
  })

  it('refuses strangers, and pages of others', async () => {
    const { cookie = '' } = (await world.signedIn('session')).headers()
    expect(await refusal('/chat', {})).toBe(401)
    expect(await refusal('/chat', { cookie, origin: 'https://evil.example' })).toBe(403)
  })

  it('is closed on sign-out in all tabs of that browser, and not elsewhere', async () => {
    const [laptop, phone] = [await world.signedIn('session'), await world.signedIn('token')]
    const [tab, otherTab, elsewhere] = [await open(laptop), await open(laptop), await open(phone)]
    await laptop.logout()
    expect(await Promise.all([tab.closed, otherTab.closed])).toEqual([4401, 4401])
    elsewhere.ws.send('still here')
    await expect.poll(() => elsewhere.heard).toContainEqual({ from: 'ada', text: 'still here' })
    expect(tab.heard).toEqual([{ welcome: 'ada' }])
  })

  it('neither hears nor is told anything by a client that does not let itself be closed', async () => {
    const [laptop, phone] = [await world.signedIn('session'), await world.signedIn('token')]
    const [stubborn, other] = [await open(laptop), await open(phone)]
    // Paused, it reads no farewell and so never answers it.
    stubborn.ws.pause()
    await laptop.logout()
    stubborn.ws.send('am I heard?')
    stubborn.ws.send('hello?')
    stubborn.ws.ping()
    other.ws.send('an end')
    await expect.poll(() => other.heard).toContainEqual({ from: 'ada', text: 'an end' })
    stubborn.ws.resume()
    await stubborn.closed
    expect(other.heard).toEqual([{ welcome: 'ada' }, { from: 'ada', text: 'an end' }])
    expect(stubborn.heard).toEqual([{ welcome: 'ada' }])
  })

  it('outlives messages that are too long, and frames that are none', async () => {
    const client = await world.signedIn('session')
    const [long, junk, other] = [await open(client), await open(client), await open(client)]
    long.ws.send('x'.repeat(100_000))
    Reflect.get(junk.ws, '_socket').write(Buffer.alloc(64, 0xff))
    expect(await Promise.all([long.closed, junk.closed])).toEqual([1009, 1002])
    other.ws.send('alive')
    await expect.poll(() => other.heard).toContainEqual({ from: 'ada', text: 'alive' })
  })

  it('has no other address', async () => {
    const { closed } = connect('/elsewhere')
    expect(await closed).toBe(1006)
  })
})

describe('a page with a token and no cookie', () => {
  const withToken = async (): Promise<{ readonly client: Client; readonly tab: Tab }> => {
    const client = await world.signedIn('token')
    const tab = connect('/chat/by-message', { origin: 'https://elsewhere.example' })
    await once(tab.ws, 'open')
    tab.ws.send(client.held.accessToken ?? '')
    return { client, tab }
  }

  it('comes in by its first message, and goes with its session', async () => {
    const { client, tab } = await withToken()
    await expect.poll(() => tab.heard).toEqual([{ welcome: 'ada' }])
    await client.logout()
    expect(await tab.closed).toBe(4401)
  })

  it.each([
    ['a forged token', 'a.b.c'],
    ['no token', 'hello'],
    ['nothing', ''],
    ['two lines', 'a.b.c\r\nCookie: x'],
  ])('is closed after %s', async (_, first) => {
    const { ws, heard, closed } = connect('/chat/by-message')
    await once(ws, 'open')
    ws.send(first)
    expect(await closed).toBe(4401)
    expect(heard).toEqual([])
  })

  it('gets in by no cookie, and hears nothing while it says nothing', async () => {
    const cookies = (await world.signedIn('session')).headers()
    const silent = connect('/chat/by-message', { ...cookies, origin: 'https://evil.example' })
    await once(silent.ws, 'open')
    const member = await open(await world.signedIn('session'))
    member.ws.send('among us')
    await expect.poll(() => member.heard).toContainEqual({ from: 'ada', text: 'among us' })
    // The five seconds in which its token should have come.
    expect(await silent.closed).toBe(4401)
    expect(silent.heard).toEqual([])
  })

  it('is told to try again when the store cannot tell', async () => {
    const client = await world.signedIn('token')
    world.store.meddle(() => Promise.reject(new Error('Gone.')))
    world.clock.advance(1001)
    const { ws, closed } = connect('/chat/by-message')
    await once(ws, 'open')
    ws.send(client.held.accessToken ?? '')
    expect(await closed).toBe(1013)
  })
})

test('it starts as its README says: register, talk, sign out', async () => {
  const app = await tryExample('websocket-chat')
  const json = { username: 'ada', password: 'a few quiet words' }
  const registered = await call(`${app.origin}/auth/register`, { json })
  expect(registered.status).toBe(201)
  const headers = heldBy(registered)
  const tab = connect('/chat', { ...headers, Origin: app.origin }, Number(new URL(app.origin).port))
  await expect.poll(() => tab.heard).toEqual([{ welcome: 'ada' }])
  await call(`${app.origin}/auth/logout`, { method: 'POST', headers })
  expect(await tab.closed).toBe(4401)
})
