// sessera/react where there is no browser: what a server renders, and who forgot the provider. The rest is in test/browser.

import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { Current } from '../../packages/sessera/src/client/types.js'
import { SessionProvider, SignedIn, SignedOut, useSession } from '../../packages/sessera/src/react/index.js'

const session = (current: Current) => ({
  current,
  subscribe: () => () => undefined,
  ready: () => Promise.resolve(current ?? null),
})

function Page() {
  return [
    createElement('i', { key: 'session' }, String(useSession())),
    createElement(SignedIn, { key: 'in' }, 'Hello'),
    createElement(SignedOut, { key: 'out' }, 'Sign in'),
  ]
}

it.each([
  ['somebody', { user: { id: '1', username: 'ada', roles: [] }, sessionId: '2' }],
  ['nobody', null],
])('a server, which cannot know, renders neither, not even for %s', (_, current) => {
  const page = createElement(SessionProvider, { client: { session: session(current) } }, createElement(Page))
  expect(renderToString(page)).toBe('<i>undefined</i>')
})

it('a component without a provider above it says what is missing', () => {
  expect(() => renderToString(createElement(Page))).toThrow('<SessionProvider client={client}>')
})
