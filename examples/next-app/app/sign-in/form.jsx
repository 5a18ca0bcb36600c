'use client'

import { useActionState } from 'react'
import { enter } from '../actions.js'

export function SignInForm() {
  const [refusal, action, isPending] = useActionState(enter, null)
  return (
    <form action={action}>
      <input name="username" autoComplete="username" aria-label="Username" required />
      <input name="password" type="password" autoComplete="current-password" aria-label="Password" required />
      <button type="submit" disabled={isPending}>
        Sign in
      </button>
      {refusal && <p role="alert">{refusal}</p>}
    </form>
  )
}
