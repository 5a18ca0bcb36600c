// Session and hybrid mode: the browser holds the cookies, and this knows whose they are.
// Invariant: a 401 is a reason to ask who it is, and only that answer signs anybody out.

import type { PrincipalAnswer, SignedInAnswer } from '../http/contract.js'
import { refusalIn } from './client-error.js'
import type { Holder, Parts } from './holder.js'
import { isRequest } from './request.js'
import { type News, openTabs } from './tabs.js'
import type { SignedIn } from './types.js'

export function holdCookies({ host, api, reach, fetch, session, name }: Parts): Holder {
  const tabs = openTabs(host, name, hear)
  let asking: Promise<void> | null = null

  function hear({ ended, signedIn }: News): void {
    if (signedIn !== undefined) settle(signedIn)
    else if (ended === '' || (ended !== undefined && ended === session.current?.sessionId)) settle(null)
  }

  function settle(next: SignedIn | null): void {
    session.era++
    session.set(next)
  }

  /** Once, however many want to know. */
  function find(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }

  async function ask(): Promise<void> {
    const mine = session.era
    const found = await whoIsThis()
    if (session.era !== mine) return
    const before = session.current?.sessionId
    settle(found)
    if (found === null && before !== undefined) tabs.tell({ ended: before })
  }

  async function whoIsThis(): Promise<SignedIn | null> {
    try {
      const { id, username, roles, sessionId } = await api.ask<PrincipalAnswer>('GET', 'me')
      return { user: { id, username: username ?? '', roles }, sessionId: sessionId ?? '' }
    } catch (error) {
      if (refusalIn(error).code === 'unauthenticated') return null
      throw error
    }
  }

  return {
    find,
    async enter(path, json) {
      const { user, session: started } = await api.ask<SignedInAnswer>('POST', path, { json })
      const signedIn = { user, sessionId: started.id }
      settle(signedIn)
      tabs.tell({ signedIn })
      return signedIn
    },
    async leave() {
      const gone = session.current?.sessionId ?? ''
      await api.ask('POST', 'logout')
      settle(null)
      tabs.tell({ ended: gone })
    },
    async fetch(input, init) {
      const target = reach.resolve(input)
      if (!reach.includes(target)) return fetch(target, init)
      const response = await fetch(target, reach.crosses(target) ? withCookies(target, init) : init)
      if (response.status === 401 && session.current !== null) await find().catch(() => null)
      return response
    },
    close: tabs.close,
  }
}

/** Within one origin browsers do this anyway, and go on without at a redirect to another. */
function withCookies(target: URL | Request, init: RequestInit | undefined): RequestInit {
  const said = init?.credentials ?? (isRequest(target) && target.credentials === 'omit' ? 'omit' : 'include')
  return { ...init, credentials: said }
}
