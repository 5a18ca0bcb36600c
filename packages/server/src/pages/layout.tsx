// What every page has in common. No script, anywhere: the pages are HTML, forms and one style sheet.

import type { ComponentChildren, VNode } from 'preact'
import { Mark } from './icon.js'
import { style } from './style.js'

export interface LayoutProps {
  /** Of the browser's tab; the name of the server follows. */
  readonly title: string
  /** Whether somebody is signed in; null where the page does not say. */
  readonly signedIn: boolean | null
  readonly children: ComponentChildren
}

export function Layout({ title, signedIn, children }: LayoutProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Sessera`}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <style>{style}</style>
      </head>
      <body>
        <header class="top">
          <a class="name" href="/">
            <Mark />
            Sessera
          </a>
          {signedIn !== null && (
            <p class={signedIn ? 'state in' : 'state'}>{signedIn ? 'Signed in' : 'Not signed in'}</p>
          )}
        </header>
        <main>{children}</main>
        <footer class="foot">
          <a href="/auth/openapi.json">The API (OpenAPI)</a>
          <a href="/.well-known/jwks.json">Public keys (JWKS)</a>
          <span>Revocable like a session, fast like a token.</span>
        </footer>
      </body>
    </html>
  )
}
