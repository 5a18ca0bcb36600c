// The form to sign in. Which page comes next is not its concern: the session changes, and the app with it.

import { type SubmitEvent, useState } from 'react'
import { ClientError } from 'sessera/client'
import { client } from './client'

export function SignInForm() {
  const [refusal, setRefusal] = useState<string | null>(null)

  async function signIn(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const [username, password] = [String(fields.get('username')), String(fields.get('password'))]
    try {
      await client.signIn({ username, password })
    } catch (error) {
      setRefusal(error instanceof ClientError ? error.message : 'The API cannot be reached.')
    }
  }

  return (
    <form onSubmit={signIn}>
      <h1>Sign in</h1>
      {refusal !== null && <p role="alert">{refusal}</p>}
      <label>
        Username
        <input name="username" autoComplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button type="submit">Sign in</button>
    </form>
  )
}
