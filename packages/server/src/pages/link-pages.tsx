// What people see who follow a link to set a password: an invited user, and the first administrator.

import type { VNode } from 'preact'
import { Alert, PasswordField, UsernameField } from './fields.js'
import { Layout } from './layout.js'

export interface LinkFormProps {
  /** From the link. */
  readonly invitation: string
  readonly formToken: string
  /** Why the last attempt was refused. */
  readonly sentence: string | null
  readonly username: string
}

export function WelcomePage({ invitation, formToken, sentence }: LinkFormProps): VNode {
  return (
    <Layout title="Set your password" signedIn={null}>
      <h1>Set your password.</h1>
      <p class="lead">
        You alone will know it. When it is set, this link has done its work, and wherever this account was
        signed in, it is signed out.
      </p>
      <div class="cards one">
        <section class="card">
          <form method="post" action="/welcome">
            {sentence !== null && <Alert id="welcome-alert" sentence={sentence} />}
            <Hidden invitation={invitation} formToken={formToken} />
            <PasswordField id="welcome-password" label="New password" chosen="now" />
            <button type="submit">Set password</button>
          </form>
        </section>
      </div>
    </Layout>
  )
}

export function SetupPage({ invitation, formToken, sentence, username }: LinkFormProps): VNode {
  return (
    <Layout title="First administrator" signedIn={null}>
      <h1>Create the first administrator.</h1>
      <p class="lead">
        Nobody administers this server yet. This link creates the one who will, once; from then on
        administrators invite the others.
      </p>
      <div class="cards one">
        <section class="card">
          <form method="post" action="/setup">
            {sentence !== null && <Alert id="setup-alert" sentence={sentence} />}
            <Hidden invitation={invitation} formToken={formToken} />
            <UsernameField id="setup-username" value={username} />
            <PasswordField id="setup-password" chosen="now" />
            <button type="submit">Create administrator</button>
          </form>
        </section>
      </div>
    </Layout>
  )
}

function Hidden({ invitation, formToken }: Pick<LinkFormProps, 'invitation' | 'formToken'>): VNode {
  return (
    <>
      <input type="hidden" name="invitation" value={invitation} />
      <input type="hidden" name="token" value={formToken} />
    </>
  )
}

/** Nobody is signed in by a link: whoever set the password is about to show that they have it. */
export function DonePage({ title, sentence }: { readonly title: string; readonly sentence: string }): VNode {
  return (
    <Layout title={title} signedIn={null}>
      <h1>{title}.</h1>
      <p class="lead" role="status">
        {sentence}
      </p>
      <p>
        <a class="button" href="/">
          Sign in
        </a>
      </p>
    </Layout>
  )
}
