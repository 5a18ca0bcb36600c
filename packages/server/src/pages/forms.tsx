// The first page for whoever is not signed in: what this is, and the forms to register and to sign in.

import type { VNode } from 'preact'
import type { Mode } from 'sessera'
import { Alert, PasswordField, UsernameField } from './fields.js'
import { Layout } from './layout.js'
import { modeChoices } from './modes.js'

export type FormName = 'register' | 'sign-in'

/** An attempt that was refused: shown again with everything but the password. */
export interface Refused {
  readonly form: FormName
  readonly username: string
  readonly mode: Mode
  readonly sentence: string
}

export interface FormsProps {
  readonly registration: 'open' | 'closed'
  readonly refused: Refused | null
}

export function FormsPage({ registration, refused }: FormsProps): VNode {
  const refusalOf = (form: FormName): Refused | null => (refused?.form === form ? refused : null)
  const open = registration === 'open'
  return (
    <Layout title={refused === null ? 'Sign in' : 'Not signed in'} signedIn={refused === null ? false : null}>
      <h1>One door, either key.</h1>
      <p class="lead">
        This server signs people in, and tells your apps who they are. Choose how your client holds its
        session: behind each way stands the same record, and when that ends, it has ended everywhere.
      </p>
      <div class={open ? 'cards' : 'cards one'}>
        {open && (
          <section class="card" aria-labelledby="register-title">
            <h2 id="register-title">Create an account</h2>
            <PasswordForm form="register" refused={refusalOf('register')} />
          </section>
        )}
        <section class="card" aria-labelledby="sign-in-title">
          <h2 id="sign-in-title">Sign in</h2>
          <PasswordForm form="sign-in" refused={refusalOf('sign-in')} />
        </section>
      </div>
    </Layout>
  )
}

function PasswordForm({
  form,
  refused,
}: {
  readonly form: FormName
  readonly refused: Refused | null
}): VNode {
  const registering = form === 'register'
  const chosen = refused?.mode ?? 'session'
  return (
    <form method="post" action={`/${form}`}>
      {refused !== null && <Alert id={`${form}-alert`} sentence={refused.sentence} />}
      <UsernameField id={`${form}-username`} value={refused?.username ?? ''} />
      <PasswordField id={`${form}-password`} chosen={registering ? 'now' : 'before'} />
      <fieldset>
        <legend>Hold the session as</legend>
        {modeChoices.map(({ mode, says }) => (
          <label class="mode" key={mode}>
            <input type="radio" name="mode" value={mode} checked={mode === chosen} />
            <strong>{mode}</strong>
            <span>{says}</span>
          </label>
        ))}
      </fieldset>
      <button type="submit">{registering ? 'Create account' : 'Sign in'}</button>
    </form>
  )
}
