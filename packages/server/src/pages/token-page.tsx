// The answer to a sign-in in token mode: what a native client receives. Nothing of it is kept, here or in the browser.

import type { VNode } from 'preact'
import type { Principal, Started } from 'sessera'
import { Layout } from './layout.js'

export type TokenPair = NonNullable<Started['tokens']>

export interface TokenPageProps {
  readonly origin: string
  readonly principal: Principal
  readonly tokens: TokenPair
}

export function TokenPage({ origin, principal, tokens }: TokenPageProps): VNode {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = tokens
  const sendRefresh = `-H 'Content-Type: application/json' -d '${JSON.stringify({ refresh_token: refreshToken })}'`
  return (
    <Layout title="Tokens" signedIn={null}>
      <h1>Two tokens for {principal.username}.</h1>
      <p class="lead">
        This is what an app on a phone or a script receives and keeps. Nothing was stored in this browser, so
        it is not signed in: leave this page, and the tokens are gone from here, though not ended.
      </p>
      <div class="cards wide">
        <section class="card" aria-labelledby="answer-title">
          <h2 id="answer-title">The answer</h2>
          <dl>
            <dt>User</dt>
            <dd>{principal.username}</dd>
            <dt>Session</dt>
            <dd>
              <code>{principal.sessionId}</code>
            </dd>
            <dt>Held as</dt>
            <dd>
              <span class="badge">token</span>
            </dd>
            <dt>Access token</dt>
            <dd>valid for {expiresIn} seconds, or until the session ends</dd>
            <dt>Refresh token</dt>
            <dd>for one use: the answer brings the next pair</dd>
          </dl>
        </section>
        <section class="card" aria-labelledby="try-title">
          <h2 id="try-title">Try them</h2>
          <p class="note">Whoever has these is {principal.username}: show them to nobody.</p>
          <details>
            <summary>Show the tokens and commands</summary>
            <h3>Access token</h3>
            <pre id="access-token">{accessToken}</pre>
            <h3>Refresh token</h3>
            <pre id="refresh-token">{refreshToken}</pre>
            <h3>Who am I?</h3>
            <pre>{`curl -H "Authorization: Bearer ${accessToken}" ${origin}/auth/me`}</pre>
            <h3>The next pair</h3>
            <pre>{`curl ${origin}/auth/refresh ${sendRefresh}`}</pre>
            <h3>End the session, and with it both</h3>
            <pre>{`curl ${origin}/auth/logout ${sendRefresh}`}</pre>
          </details>
        </section>
        <section class="card" aria-labelledby="browser-title">
          <h2 id="browser-title">In a browser app</h2>
          <p>
            A single-page app would not keep the refresh token where scripts can read it. It asks{' '}
            <code>POST /auth/login</code> with <code>{'{"mode":"token","refresh":"cookie"}'}</code>: the
            access token then lives in memory, the refresh token in an HttpOnly cookie.
          </p>
        </section>
      </div>
      <p class="lead">
        <a href="/">Back to the first page</a>
      </p>
    </Layout>
  )
}
