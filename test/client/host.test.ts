// What a browser may refuse to a page, and what an app may do wrong in a listener: neither stops the client.

import { afterEach, expect, it, vi } from 'vitest'
import { findHost } from '../../packages/sessera/src/client/host.js'
import { createSession } from '../../packages/sessera/src/client/session.js'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('a page whose cookies and storage are blocked has no channel and no notes', () => {
  const refuse = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  vi.stubGlobal('location', { href: 'https://app.example/' })
  vi.stubGlobal('BroadcastChannel', refuse)
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: refuse })
  try {
    const host = findHost()
    expect([host.notes, host.openChannel('a name', () => undefined)]).toEqual([null, null])
  } finally {
    Reflect.deleteProperty(globalThis, 'localStorage')
  }
})

it('a listener that throws keeps nobody else from hearing, and its error is reported', () => {
  const tasks = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined)
  const session = createSession(() => Promise.resolve())
  const later = vi.fn()
  session.subscribe(() => {
    throw new Error('A fault of the app.')
  })
  session.subscribe(later)
  session.set(null)
  expect(later).toHaveBeenCalledTimes(1)
  expect(() => tasks.mock.calls[0]?.[0]()).toThrow('A fault of the app.')
})
