// What every answer of the server tells browsers, whoever made it: the API, a page, a probe, a fault. And where pages lead.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFormTokens } from '../../packages/server/src/pages/form-token.js'
import { createPages, type Pages } from '../../packages/server/src/pages/routes.js'
import { type Serving, serve } from '../../packages/server/src/serve.js'
import { createAuth } from '../../packages/sessera/src/create-auth.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { freePort } from '../support/server-process.js'
import { silentLog } from '../support/silent-log.js'
import { password, Visitor } from './visitor.js'

const origin = 'https://auth.example.com'
const secrets = ['a secret of the server, with more than 32 characters']
const auth = createAuth({ origin, secrets, store: memory(), registration: 'open', log: silentLog })
let serving: Serving
let address: string

beforeAll(async () => {
  await auth.ready()
  const [port, node] = [await freePort(), forNode(auth)]
  const formTokens = createFormTokens(secrets)
  const pages = createPages({
    auth,
    node,
    origin,
    registration: 'open',
    formTokens,
    now: Date.now,
    log: silentLog,
  })
  const answer: Pages['answer'] = (req, res, path) =>
    path === '/fault' ? Promise.reject(new Error('a fault')) : pages.answer(req, res, path)
  serving = await serve({ host: 'localhost', port, origin, node, pages: { answer }, log: silentLog })
  address = `http://localhost:${port}`
})

afterAll(async () => {
  await serving?.close()
  await auth.close()
})

describe('every answer', () => {
  it.each([
    [200, '/'],
    [303, '/sign-in'],
    [200, '/icon.svg'],
    [400, '/welcome'],
    [404, '/nothing'],
    [500, '/fault'],
    [200, '/healthz'],
    [200, '/readyz'],
    [200, '/.well-known/jwks.json'],
    [401, '/auth/me'],
    [404, '/auth/nothing'],
    [400, '/auth/me?access_token=x'],
  ])(
    '%d to %s demands https, forbids framing, guessing and foreign bases, and leaks no address',
    async (status, path) => {
      const reply = await new Visitor(address).get(path)
      expect(reply.status).toBe(status)
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; (?:.*; )?base-uri 'none'; (?:.*; )?frame-ancestors 'none'(?:; sandbox)?$/,
        ),
        'x-content-type-options': 'nosniff',
        'referrer-policy': expect.stringMatching(/^(?:no-referrer|same-origin)$/),
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(reply.headers.get('content-type') ?? '').not.toContain('script')
    },
  )

  it('that renders a document keeps other windows away from it', async () => {
    for (const path of ['/', '/nothing', '/welcome']) {
      const { headers } = await new Visitor(address).get(path)
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    }
  })

  it('is data, never a call of a function that the request names', async () => {
    for (const path of ['/.well-known/jwks.json', '/auth/openapi.json', '/auth/me']) {
      const plain = await new Visitor(address).get(path)
      const { text, headers } = await new Visitor(address).get(`${path}?callback=steal&jsonp=steal`)
      expect(headers.get('content-type')).toMatch(/^application\/(?:problem\+)?json$/)
      expect(text).toBe(plain.text)
    }
  })
})

describe('a field for a password', () => {
  it.each([
    ['/', ['new-password', 'current-password']],
    [`/welcome?invitation=${'A'.repeat(96)}`, ['new-password']],
    [`/setup?token=${'A'.repeat(96)}`, ['new-password']],
  ])('of %s hides what is typed, and lets browsers and managers fill it in', async (path, kinds) => {
    const { text } = await new Visitor(address).get(path)
    const fields = [...text.matchAll(/<input[^>]* name="password"[^>]*>/g)].map(([field]) => field)
    expect(fields.map((field) => / autocomplete="([^"]+)"/.exec(field)?.[1])).toEqual(kinds)
    for (const field of fields) {
      expect(field).toContain(' type="password"')
      expect(field).not.toMatch(/ (?:onpaste|maxlength|pattern|readonly)=/i)
    }
  })
})

describe('a page that sends on', () => {
  it('leads to a path of ours, whatever the request names', async () => {
    const visitor = new Visitor(address)
    const lures = { 'x-forwarded-host': 'evil.example', referer: 'https://evil.example/' }
    for (const [index, elsewhere] of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
    ].entries()) {
      const query = new URLSearchParams({ next: elsewhere, return_to: elsewhere, url: elsewhere })
      const replies = [
        await visitor.get(`/sign-in?${query}`, lures),
        await visitor.post(
          `/register?${query}`,
          { username: `grace ${index}`, password, mode: 'session' },
          lures,
        ),
        await visitor.post(`/sign-out?${query}`, { token: await visitor.formToken() }, lures),
      ]
      expect(replies.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
        [303, '/'],
        [303, '/'],
        [303, '/'],
      ])
    }
  })
})
