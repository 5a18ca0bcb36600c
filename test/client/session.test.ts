// Who is signed in, while it cannot be found out, and when what was known has become doubtful. Pauses end when told.

import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ClientError } from '../../packages/sessera/src/client/client-error.js'
import { createSession } from '../../packages/sessera/src/client/session.js'
import type { SignedIn } from '../../packages/sessera/src/client/types.js'
import { deferred } from '../http/raw-server.js'

const signedInAs = (username: string): SignedIn => ({
  user: { id: `id of ${username}`, username, roles: [] },
  sessionId: `session of ${username}`,
})
const ada = signedInAs('ada')
const unavailable = (retryAfterSeconds: number | null = null): ClientError =>
  new ClientError(503, 'unavailable', 'Later.', retryAfterSeconds)

/** @param chance what the host throws: from 0 to 1 */
function begin(chance = 0) {
  let answer: Error | SignedIn | null = unavailable()
  let asked = 0
  const pauses: { readonly ms: number; end(): void }[] = []
  const hosts = new Set<(wasAside: boolean) => void>()
  let asking: Promise<void> | null = null
  async function ask(): Promise<void> {
    asked++
    const { era } = session
    await Promise.resolve()
    if (answer instanceof Error) throw answer
    if (session.era === era) session.set(answer)
  }
  const session = createSession(
    () => {
      asking ??= ask().finally(() => {
        asking = null
      })
      return asking
    },
    {
      random: () => chance,
      pause: (ms) => {
        const { promise, resolve } = deferred<void>()
        pauses.push({ ms, end: resolve })
        return promise
      },
      onReturn(listener) {
        hosts.add(listener)
        return () => void hosts.delete(listener)
      },
    },
  )
  return {
    session,
    pauses,
    /** How often it was asked so far. */
    asked: () => asked,
    says(next: Error | SignedIn | null) {
      answer = next
    },
    comeBack(from: 'no network' | 'aside') {
      for (const listener of hosts) listener(from === 'aside')
    },
    /** Ends the pause that goes on, and waits for what follows. */
    async wait() {
      pauses.at(-1)?.end()
      await settled()
    },
  }
}

/** All that does not wait for a pause is done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Somebody watches, and the first look has failed with that. */
async function failed(error: Error = unavailable(), chance = 0) {
  const begun = begin(chance)
  const changed = vi.fn()
  begun.says(error)
  const leave = begun.session.subscribe(changed)
  await settled()
  return { ...begun, changed, leave }
}

describe('a first look that failed', () => {
  it.each([
    ['a server in trouble', unavailable()],
    ['a network', new TypeError('fetch failed')],
    ['somebody in between', new ClientError(200, 'unexpected_answer', 'A hotel.')],
  ])('because of %s is followed by others, until it is known', async (_, error) => {
    const { session, pauses, asked, says, changed, wait } = await failed(error)
    expect([session.current, asked()]).toEqual([undefined, 1])
    await wait()
    expect([session.current, asked()]).toEqual([undefined, 2])
    says(ada)
    await wait()
    expect([session.current, asked()]).toEqual([ada, 3])
    expect([pauses.length, changed.mock.calls.length]).toEqual([2, 1])
  })

  it('waits twice as long each time, and two minutes at most', async () => {
    const { pauses, wait } = await failed()
    for (let round = 0; round < 9; round++) await wait()
    expect(pauses.map(({ ms }) => ms / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120, 120])
  })

  it('waits at another moment than other tabs do', async () => {
    const tabs = await Promise.all([0, 0.25, 0.999].map((chance) => failed(unavailable(), chance)))
    expect(tabs.map(({ pauses }) => pauses[0]?.ms)).toEqual([1000, 1250, 1999])
  })

  it.each([
    [0, 1],
    [30, 30],
    [86_400, 120],
  ])('waits for the %d seconds that the server named, within bounds', async (named, waited) => {
    const { pauses } = await failed(unavailable(named))
    expect(pauses.map(({ ms }) => ms / 1000)).toEqual([waited])
  })

  it('waits for as long as it would have without, where the server names less', async () => {
    const { pauses, wait } = await failed(unavailable(3))
    for (let round = 0; round < 3; round++) await wait()
    expect(pauses.map(({ ms }) => ms / 1000)).toEqual([3, 3, 4, 8])
  })

  it('is followed by none where it has become known meanwhile', async () => {
    const { session, asked, wait } = await failed()
    session.set(ada)
    await wait()
    expect([session.current, asked()]).toEqual([ada, 1])
  })

  it('is followed by none once nobody watches, and by one when somebody does again', async () => {
    const { session, asked, leave, wait } = await failed()
    leave()
    await wait()
    expect(asked()).toBe(1)
    session.subscribe(() => undefined)
    expect(asked()).toBe(2)
  })

  it('is followed by none once the client was closed', async () => {
    const { session, asked, comeBack, wait } = await failed()
    session.close()
    await wait()
    comeBack('no network')
    comeBack('aside')
    await settled()
    expect(asked()).toBe(1)
  })

  it('is not followed sooner because more are watching', async () => {
    const { session, asked, pauses } = await failed()
    for (let watching = 0; watching < 20; watching++) session.subscribe(() => undefined)
    await settled()
    expect([asked(), pauses.length]).toEqual([1, 1])
  })

  it('is followed at once when the network is back, and never by two at a time', async () => {
    const { session, asked, pauses, comeBack, says, wait } = await failed()
    comeBack('no network')
    await settled()
    expect([asked(), pauses.length]).toEqual([2, 2])
    pauses[0]?.end()
    await settled()
    expect(asked()).toBe(2)
    says(ada)
    await wait()
    expect([session.current, asked()]).toEqual([ada, 3])
  })

  it('that nobody watched, but somebody asked for, is followed by none', async () => {
    const { session, pauses, says } = begin()
    await expect(session.ready()).rejects.toThrow('Later.')
    says(ada)
    await settled()
    expect([session.current, pauses.length]).toEqual([undefined, 0])
  })
})

describe('a page that was put aside', () => {
  /** Ada was known, whether anybody watches or not. */
  async function known({ isWatched }: { readonly isWatched: boolean }) {
    const begun = begin()
    begun.says(ada)
    if (isWatched) onTestFinished(begun.session.subscribe(() => undefined))
    await begun.session.ready()
    return begun
  }

  it.each([
    ['that somebody watches', true],
    ['that nobody watches', false],
  ])('%s asks again when it is back, and shows what was known until then', async (_, isWatched) => {
    const { session, asked, says, comeBack } = await known({ isWatched })
    says(null)
    comeBack('aside')
    expect([session.current, session.known]).toEqual([ada, undefined])
    expect(await session.ready()).toBeNull()
    expect([session.current, asked()]).toEqual([null, 2])
  })

  it('shows who has signed in meanwhile', async () => {
    const { session, says, comeBack } = await known({ isWatched: true })
    const eve = signedInAs('eve')
    says(eve)
    comeBack('aside')
    expect(await session.ready()).toEqual(eve)
  })

  it('tells nobody of a change where there was none', async () => {
    const { session, comeBack } = await known({ isWatched: true })
    const changed = vi.fn()
    session.subscribe(changed)
    comeBack('aside')
    expect(await session.ready()).toBe(ada)
    expect(changed).not.toHaveBeenCalled()
  })

  it('goes on asking when that fails, and signs nobody out', async () => {
    const { session, pauses, says, comeBack, wait } = await known({ isWatched: false })
    says(unavailable())
    comeBack('aside')
    await settled()
    expect([session.current, pauses.length]).toEqual([ada, 1])
    says(null)
    await wait()
    expect([session.current, pauses.length]).toEqual([null, 1])
  })

  it('does not believe an answer to what it had asked before', async () => {
    const { session, asked, says, comeBack } = begin()
    says(ada)
    const found = session.ready()
    comeBack('aside')
    says(null)
    expect([await found, session.current, asked()]).toEqual([null, null, 2])
  })

  it('asks nothing where nobody has ever asked', async () => {
    const { asked, comeBack } = begin()
    comeBack('aside')
    await settled()
    expect(asked()).toBe(0)
  })

  it('and was not, but loaded, asks nothing more', async () => {
    const { asked, comeBack } = await known({ isWatched: true })
    comeBack('no network')
    await settled()
    expect(asked()).toBe(1)
  })
})

it('a listener that throws keeps nobody else from hearing, and its error is reported', () => {
  const tasks = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined)
  onTestFinished(() => tasks.mockRestore())
  const { session } = begin()
  const later = vi.fn()
  session.subscribe(() => {
    throw new Error('A fault of the app.')
  })
  session.subscribe(later)
  session.set(null)
  expect(later).toHaveBeenCalledTimes(1)
  expect(() => tasks.mock.calls[0]?.[0]()).toThrow('A fault of the app.')
})
