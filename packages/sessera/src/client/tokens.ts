// Token mode: an access token in memory, and the way to the next one. Invariant: of many requests and tabs that need it, one
// asks; what was asked for before a sign-in or a sign-out is dropped when it comes; an older token replaces no newer one.

import type { SignedInAnswer, TokenPairAnswer } from '../http/contract.js'
import { type AccessToken, newsOf, readToken, type TokenNews } from './access-token.js'
import { ClientError, refusalIn, unexpectedAnswer } from './client-error.js'
import { createExclusive, type Exclusive } from './exclusive.js'
import type { Holder, Parts } from './holder.js'
import { createKeeper } from './keeper.js'
import { canBeSentAgain, headersOf, refusesToken, sendWithToken, signalOf, unlessAborted } from './request.js'
import { type News, openTabs } from './tabs.js'
import type { RefreshTokenStorage, SignedIn } from './types.js'

/** @param storage of the refresh token. Null: the browser has it, in a cookie of the API. */
export function holdTokens(
  { host, api, reach, fetch, session, name }: Parts,
  storage: RefreshTokenStorage | null,
): Holder {
  const alone: Exclusive = (work) => work(false)
  const exclusive = storage === null ? createExclusive(host, name) : alone
  const tabs = storage === null ? openTabs(host, name, hear) : null
  const keeper = createKeeper(storage)
  const ended = new Set<string>()
  let held: AccessToken | null = null
  /** Tokens that a server has refused before their time. */
  const refused = new WeakSet<AccessToken>()
  let flight: Promise<AccessToken | null> | null = null
  /** The refresh that has begun, not one that waits for its turn. */
  let inAir: Promise<unknown> = Promise.resolve()
  let landing = new AbortController()
  /** A sign-in or a sign-out that goes on. No refresh begins meanwhile. */
  let busy: Promise<unknown> = Promise.resolve()
  let closedFor: { readonly until: number; readonly error: unknown } | null = null

  function hear({ ended: gone, token }: News): void {
    if (gone !== undefined) {
      ended.add(gone || (held?.who.sessionId ?? ''))
      if (gone === '' || gone === held?.who.sessionId) drop(token === undefined)
    }
    if (token !== undefined) take(readToken(token, host))
  }

  function drop(isOver: boolean): void {
    session.era++
    held = null
    if (isOver) session.set(null)
  }

  /** Answers with the token that is held from now on. */
  function take(next: AccessToken): AccessToken | null {
    const { sessionId } = next.who
    if (ended.has(sessionId)) return held
    if (held !== null && held.issuedAt > next.issuedAt && isGood(held)) return held
    if (held?.who.sessionId !== sessionId) session.era++
    held = next
    session.set(next.who)
    return held
  }

  function isGood(token: AccessToken, early = false): boolean {
    return !refused.has(token) && !token.isDue(early)
  }

  /** The token to send, null for nobody. @throws what fetch throws, or ClientError, when a new one is needed and cannot be had. */
  async function current(early = false): Promise<AccessToken | null> {
    const now = held
    if (now !== null && isGood(now, early)) return now
    if (session.known === null) return null
    try {
      return await refresh()
    } catch (error) {
      if (now !== null && now === held && !refused.has(now) && !now.isExpired()) return now
      throw error
    }
  }

  /** Null when somebody else has signed in meanwhile: what one person asked for is not done in the name of another. */
  async function currentOf(userId: string | undefined, early = false): Promise<AccessToken | null> {
    const token = await current(early)
    return userId === undefined || token?.who.user.id === userId ? token : null
  }

  function refresh(): Promise<AccessToken | null> {
    flight ??= takeOff().finally(() => {
      flight = null
    })
    return flight
  }

  async function takeOff(): Promise<AccessToken | null> {
    const before = held
    for (let seen: unknown; seen !== busy; ) {
      seen = busy
      await busy
    }
    if (session.known === null) return null
    if (closedFor !== null && host.monotonic() < closedFor.until) throw closedFor.error
    landing = new AbortController()
    const [mine, heard] = [session.era, tabs?.heard]
    const own = exclusive(async (waited) => {
      // Whoever let go has told before; at the least, what has been told already is heard first.
      await tabs?.next(waited && tabs.heard === heard ? host.limits.newsMs : 0)
      if (session.era !== mine || (held !== before && held !== null && isGood(held))) return held
      try {
        return await renew(mine)
      } finally {
        // Those who wait learn that it is their turn, whatever came of this.
        tabs?.tell({})
      }
    })
    inAir = own.catch(() => null)
    return await own
  }

  async function renew(mine: number): Promise<AccessToken | null> {
    try {
      const news = await askForNext()
      if (session.era !== mine) return held
      const next = take(readToken(news, host))
      if (next?.token === news.token) tabs?.tell({ token: news })
      session.set(next?.who ?? null)
      return next
    } catch (error) {
      if (session.era !== mine) return held
      if (!isFinal(error)) throw holdOff(error)
      await forget(held?.who.sessionId)
      return null
    }
  }

  async function askForNext(isSecond = false): Promise<TokenNews> {
    const stored = await keeper.load()
    if (stored === null) throw new ClientError(401, 'unauthenticated', 'Sign in first.')
    const sentAt = host.now()
    try {
      const json = stored === undefined ? undefined : { refresh_token: stored }
      const pair = await api.ask<TokenPairAnswer>('POST', 'refresh', { json, ending: landing })
      await keeper.save(pair.refresh_token ?? stored ?? null)
      return newsOf(pair, sentAt)
    } catch (error) {
      // The session has got a new credential elsewhere: that one is to be used.
      if (isSecond || refusalIn(error).status !== 409) throw error
      return await askForNext(true)
    }
  }

  /** Does not ask again before the server wants to be asked. */
  function holdOff(error: unknown): unknown {
    const { status = 0, retryAfterSeconds } = refusalIn(error)
    if (status === 429 || status >= 500) {
      closedFor = { until: host.monotonic() + (retryAfterSeconds ?? 1) * 1000, error }
    }
    return error
  }

  /** The session is over, and whoever shares it is to know. */
  async function forget(sessionId: string | undefined): Promise<void> {
    drop(true)
    if (sessionId !== undefined) {
      ended.add(sessionId)
      tabs?.tell({ ended: sessionId })
    }
    await keeper.save(null)
  }

  function change<T>(act: () => Promise<T>): Promise<T> {
    const done = act()
    busy = done.catch(() => null)
    return done
  }

  async function enter(path: string, json: object, knownAlready = false): Promise<SignedIn> {
    const token = knownAlready ? await current() : null
    try {
      return await begin(path, json, token)
    } catch (error) {
      if (token === null || refusalIn(error).code !== 'invalid_token') throw error
      refused.add(token)
      return await begin(path, json, await current())
    }
  }

  function begin(path: string, json: object, known: AccessToken | null): Promise<SignedIn> {
    return change(async () => {
      await inAir
      return await exclusive(async () => {
        const sentAt = host.now()
        const question = { json, token: known?.token ?? null }
        const answer = await api.ask<SignedInAnswer & TokenPairAnswer>('POST', path, question)
        const news = newsOf(answer, sentAt)
        const next = readToken(news, host)
        await keeper.save(answer.refresh_token ?? null, known === null)
        closedFor = null
        const before = held?.who.sessionId
        const gone = before === next.who.sessionId ? undefined : before
        drop(false)
        if (gone !== undefined) ended.add(gone)
        take(next)
        tabs?.tell({ token: news, ended: gone })
        return next.who
      })
    })
  }

  function leave(): Promise<void> {
    return change(async () => {
      session.era++
      landing.abort()
      // Where the refresh token is ours to keep, nothing is saved after this.
      if (storage !== null) await inAir
      const stored = await keeper.load()
      const json = stored ? { refresh_token: stored } : undefined
      const leaving = held
      await api.ask('POST', 'logout', { json, token: leaving?.token ?? null })
      // Somebody else may have signed in elsewhere in the meantime.
      if (held?.who.sessionId === leaving?.who.sessionId) await forget(leaving?.who.sessionId ?? '')
    })
  }

  return {
    find: refresh,
    enter,
    leave,
    async fetch(input, init) {
      const target = reach.resolve(input)
      if (!reach.includes(target) || headersOf(target, init).has('Authorization')) return fetch(target, init)
      const again = canBeSentAgain(init?.body)
      const signal = signalOf(target, init)
      const token = await unlessAborted(signal, currentOf(session.current?.user.id, !again))
      if (token === null) return fetch(target, init)
      const response = await sendWithToken(fetch, target, init, token.token)
      if (!refusesToken(response)) return response
      refused.add(token)
      const next = again ? await unlessAborted(signal, currentOf(token.who.user.id)) : null
      if (next === null) return signal?.aborted ? fetch(target, init) : response
      void response.body?.cancel().catch(() => null)
      return await sendWithToken(fetch, target, init, next.token)
    },
    close: () => tabs?.close(),
  }
}

/** Whether no later attempt can do better. What is not from the API itself (a proxy, a portal) decides nothing. */
function isFinal(error: unknown): boolean {
  const { status, code } = refusalIn(error)
  return (status === 401 || status === 400) && code !== unexpectedAnswer
}
