// The first page for whoever is signed in: their session as the server sees it, their other sessions, the way out.

import type { VNode } from 'preact'
import type { Principal, SessionInfo } from 'sessera'
import { Layout } from './layout.js'
import { distance, Moment } from './moment.js'

export interface SessionPageProps {
  readonly principal: Principal
  readonly current: SessionInfo
  readonly others: readonly SessionInfo[]
  readonly formToken: string
  readonly now: number
}

export function SessionPage({ principal, current, others, formToken, now }: SessionPageProps): VNode {
  return (
    <Layout title="Signed in" signedIn={true}>
      <h1>You are signed in as {principal.username}.</h1>
      <p class="lead">
        This is what the server knows about the session that this browser holds. Sign out, and it has ended:
        for its cookies and for every token made from it.
      </p>
      <form class="leave" method="post" action="/sign-out">
        <input type="hidden" name="token" value={formToken} />
        <button type="submit">Sign out</button>
      </form>
      <div class="cards wide">
        <section class="card" aria-labelledby="current-title">
          <h2 id="current-title">This session</h2>
          <Facts principal={principal} session={current} now={now} />
        </section>
        <section class="card" aria-labelledby="others-title">
          <h2 id="others-title">Your other sessions</h2>
          {others.length === 0 ? (
            <p class="note">
              There are none. Sign in with another browser or app, and its session shows here.
            </p>
          ) : (
            <ul>
              {others.map((session) => (
                <OtherSession key={session.id} session={session} now={now} />
              ))}
            </ul>
          )}
        </section>
      </div>
    </Layout>
  )
}

interface FactsProps {
  readonly principal: Principal
  readonly session: SessionInfo
  readonly now: number
}

function Facts({ principal, session, now }: FactsProps): VNode {
  return (
    <dl>
      <dt>Session</dt>
      <dd>
        <code>{shorten(session.id)}</code>
      </dd>
      <dt>User</dt>
      <dd>
        {principal.username}
        <span class="aside">
          id <code>{shorten(principal.id)}</code>
          {principal.roles.length > 0 && `, roles ${principal.roles.join(', ')}`}
        </span>
      </dd>
      <dt>Held as</dt>
      <dd>
        <span class="badge">{session.mode}</span>
      </dd>
      <dt>Proven by</dt>
      <dd>
        {session.factors.map(nameOfFactor).join(', ') || 'nothing'},{' '}
        <Moment at={session.provenAt} now={now} />
      </dd>
      <dt>Began</dt>
      <dd>
        <Moment at={session.createdAt} now={now} />
      </dd>
      <dt>Last seen</dt>
      <dd>
        <Moment at={session.lastSeenAt} now={now} />
      </dd>
      <dt>Ends if not used</dt>
      <dd>
        <Moment at={session.idleEndsAt} now={now} />
      </dd>
      <dt>Ends in any case</dt>
      <dd>
        <Moment at={session.expiresAt} now={now} />
      </dd>
      <dt>Address</dt>
      <dd>{session.ip ?? 'unknown'}</dd>
      <dt>Client</dt>
      <dd>{session.userAgent ?? 'unknown'}</dd>
    </dl>
  )
}

function OtherSession({ session, now }: { readonly session: SessionInfo; readonly now: number }): VNode {
  return (
    <li>
      <span class="badge">{session.mode}</span> last seen {distance(session.lastSeenAt - now)}, ends{' '}
      {distance(session.idleEndsAt - now)} unless used
      <span class="aside">
        <code>{shorten(session.id)}</code> from {session.ip ?? 'an unknown address'},{' '}
        {session.userAgent ?? 'an unknown client'}
      </span>
    </li>
  )
}

/** Enough to tell one from another. */
function shorten(id: string): string {
  return id.length <= 10 ? id : `${id.slice(0, 8)}…`
}

/** RFC 8176. */
function nameOfFactor(factor: string): string {
  return factor === 'pwd' ? 'password' : factor
}
