// Where the access token goes: to the origins that were named, and nowhere else, whatever is asked and wherever it leads.

import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../packages/sessera/src/client/index.js'
import { startServer } from '../http/raw-server.js'
import { password } from '../support/auth.js'
import { type AppServer, startApp } from './api.js'

const ada = { username: 'ada', password }

interface Stranger {
  readonly origin: string
  /** Header lines and paths of all that came. */
  readonly seen: string[]
}

async function startStranger(): Promise<Stranger> {
  const seen: string[] = []
  const server = await startServer((req, res) => {
    seen.push(`${req.url} ${JSON.stringify(req.headers)}`)
    res.end('Thank you')
  })
  onTestFinished(server.close)
  return { origin: `http://127.0.0.1:${server.port}`, seen }
}

async function signedIn(app: AppServer, sendTokenTo: readonly string[] = []) {
  const client = createClient({ mode: 'token', origin: app.origin, sendTokenTo })
  await client.signIn(ada)
  return client
}

const tokenIn = ({ bearers }: AppServer): string => bearers.at(-1)?.replace('Bearer ', '') ?? ''

async function open(sendTokenTo?: (stranger: Stranger) => string) {
  const [app, stranger] = [await startApp(), await startStranger()]
  const client = await signedIn(app, sendTokenTo === undefined ? [] : [sendTokenTo(stranger)])
  await client.fetch('/hello')
  return { app, stranger, client, token: tokenIn(app) }
}

describe('the access token goes', () => {
  it.each<[what: string, input: (origin: string) => string | URL | Request]>([
    ['a relative address', () => '/hello'],
    ['an absolute address', (origin) => `${origin}/hello`],
    ['a URL', (origin) => new URL('/hello', origin)],
    ['a Request', (origin) => new Request(`${origin}/hello`)],
    ['an address with a way around', (origin) => `${origin}/x/../hello`],
  ])('to the API by %s', async (_, input) => {
    const { app, client, token } = await open()
    expect(await (await client.fetch(input(app.origin))).text()).toBe('Hello, ada: teller')
    expect(tokenIn(app)).toBe(token)
    expect(app.asked.join()).not.toContain(token)
  })

  it('to an origin that was named', async () => {
    const { stranger, client, token } = await open(({ origin }) => origin)
    await client.fetch(`${stranger.origin}/orders`)
    expect(stranger.seen.join()).toContain(`Bearer ${token}`)
  })

  it('with the headers of the app beside it', async () => {
    const { stranger, client, token } = await open(({ origin }) => origin)
    await client.fetch(`${stranger.origin}/orders`, { headers: [['X-Own', 'kept']] })
    await client.fetch(new Request(`${stranger.origin}/orders`, { headers: { 'X-Own': 'kept too' } }))
    expect(stranger.seen.map((line) => line.includes(token))).toEqual([true, true])
    expect(stranger.seen.join()).toMatch(/kept".*kept too"/)
  })
})

describe('the access token does not go', () => {
  it.each<[what: string, input: (stranger: string) => string | URL | Request]>([
    ['another origin', (stranger) => `${stranger}/`],
    ['another origin as a URL', (stranger) => new URL(stranger)],
    ['another origin as a Request', (stranger) => new Request(stranger)],
    ['an address without a scheme', (stranger) => stranger.replace('http:', '')],
  ])('to %s', async (_, input) => {
    const { stranger, client, token } = await open()
    expect(await (await client.fetch(input(stranger.origin))).text()).toBe('Thank you')
    expect(stranger.seen.join()).not.toContain(token)
  })

  it('to an address that only begins like the API, which fetch does not ask at all', async () => {
    const { app, stranger, client } = await open()
    const address = stranger.origin.replace('//', `//${new URL(app.origin).host}@`)
    await expect(client.fetch(address)).rejects.toBeInstanceOf(TypeError)
    expect(stranger.seen).toEqual([])
  })

  it('where the app sends credentials of its own', async () => {
    const { app, client } = await open()
    const headers = { Authorization: 'Basic YWRhOnNlY3JldA==' }
    await client.fetch('/hello', { headers })
    expect(app.bearers.at(-1)).toBe(headers.Authorization)
  })

  it('along with a redirect, which is told to the app instead', async () => {
    const { app, stranger, client } = await open()
    for (const target of [stranger.origin, '/hello']) {
      await expect(client.fetch(`/away?${target}`)).rejects.toMatchObject({ code: 'redirected', status: 302 })
      await expect(client.fetch(new Request(`${app.origin}/away?${target}`))).rejects.toMatchObject({
        code: 'redirected',
      })
    }
    expect(stranger.seen).toEqual([])
  })

  it('to where a redirect leads that the app wants to follow', async () => {
    const { app, stranger, client, token } = await open()
    const redirect = 'follow'
    const there = await client.fetch(`/away?${stranger.origin}/elsewhere`, { redirect })
    expect(await there.text()).toBe('Thank you')
    expect(stranger.seen.join()).not.toContain(token)
    expect(await (await client.fetch('/away?/hello', { redirect })).text()).toBe('Hello, ada: teller')
    expect(tokenIn(app)).toBe(token)
  })

  it('anywhere when nobody is signed in', async () => {
    const { app, client } = await open()
    await client.signOut()
    await client.fetch('/hello')
    expect(app.bearers.at(-1)).toBeUndefined()
    expect((await client.fetch('/away?/hello')).status).toBe(401)
  })
})

describe('createClient', () => {
  it.each([
    [{ mode: 'tokens' }, 'mode is "session", "token" or "hybrid", not "tokens"'],
    [{ mode: 'token', origin: 'https://api.example/' }, '"https://api.example/" is no origin'],
    [{ mode: 'token', origin: 'api.example' }, 'Invalid URL'],
    [{ mode: 'token', origin: 'https://a.example', sendTokenTo: ['https://b.example/x'] }, 'is no origin'],
    [{ mode: 'token', origin: 'https://api.example', basePath: 'auth' }, 'basePath is "auth"'],
    [
      { mode: 'token', origin: 'https://api.example', basePath: '@b.example/auth' },
      'basePath is "@b.example',
    ],
  ])('refuses %j with a sentence', (options, message) => {
    expect(() => createClient(options as Parameters<typeof createClient>[0])).toThrow(message)
  })

  it('on a server, where a page is made ready, can be called, and asks nobody', async () => {
    const client = createClient({ mode: 'session' })
    expect(client.session.current).toBeUndefined()
    for (const asked of [client.session.ready(), client.signIn(ada), client.fetch('/hello')]) {
      await expect(asked).rejects.toThrow('Name the origin of the API')
    }
  })

  it('asks below another path', async () => {
    const app = await startApp({ basePath: '/api/auth' })
    const client = createClient({ mode: 'token', origin: app.origin, basePath: '/api/auth' })
    await client.signIn(ada)
    expect(app.asked).toEqual(['POST /api/auth/login 200'])
  })

  it('says what is wrong with an address that is none of the API', async () => {
    const { origin } = await startStranger()
    const client = createClient({ mode: 'token', origin })
    await expect(client.signIn(ada)).rejects.toMatchObject({
      code: 'unexpected_answer',
      message: `${origin}/auth/login answered 200, but not as Sessera does. Check the origin and the basePath of the client.`,
    })
  })
})
