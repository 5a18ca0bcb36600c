// What the client takes from where it runs: what a browser may refuse to a page, and what it tells one.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { findHost } from '../../packages/sessera/src/client/host.js'

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

it('a page of an old browser has no locks and no channel', () => {
  vi.stubGlobal('location', { href: 'https://app.example/' })
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('BroadcastChannel', undefined)
  const host = findHost()
  expect([host.locks, host.openChannel('a name', () => undefined)]).toEqual([null, null])
})

it('a pause keeps no program running', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const over = findHost().pause(0)
  expect(timers.mock.results.map(({ value }) => value.hasRef())).toEqual([false])
  // Something else has to, for this one to end.
  const other = setInterval(() => undefined, 1000)
  await over
  clearInterval(other)
})

describe('a page comes back', () => {
  function watch() {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const returned = vi.fn<(wasAside: boolean) => void>()
    const deaf = findHost().onReturn(returned)
    return { page, returned, deaf }
  }
  const pageshow = (persisted: boolean): Event => Object.assign(new Event('pageshow'), { persisted })

  it('from having no network, or from having been put aside, which is told apart', () => {
    const { page, returned } = watch()
    page.dispatchEvent(new Event('online'))
    page.dispatchEvent(pageshow(false))
    page.dispatchEvent(pageshow(true))
    expect(returned.mock.calls).toEqual([[false], [false], [true]])
  })

  it('to nobody, once that was asked for', () => {
    const { page, returned, deaf } = watch()
    deaf()
    page.dispatchEvent(new Event('online'))
    page.dispatchEvent(pageshow(true))
    expect(returned).not.toHaveBeenCalled()
  })
})
