// A dashboard for whoever is signed in, a form for everybody else, and a moment of neither after a reload.

import { useState } from 'react'
import { SignedIn, SignedOut, useSession } from 'sessera/react'
import { client } from './client'
import { SignInForm } from './sign-in-form'

export function App() {
  return (
    <main>
      {useSession() === undefined && <p>One moment …</p>}
      <SignedOut>
        <SignInForm />
      </SignedOut>
      <SignedIn>
        <Dashboard />
      </SignedIn>
    </main>
  )
}

function Dashboard() {
  const session = useSession()
  const [message, setMessage] = useState('')

  async function ask() {
    const response = await client.fetch('/dashboard')
    const { message } = await response.json()
    setMessage(message)
  }

  const sayUnreachable = () => setMessage('The API cannot be reached.')

  return (
    <>
      <h1>Dashboard</h1>
      <p>You are signed in as {session?.user.username}.</p>
      <p>
        <button type="button" onClick={() => ask().catch(sayUnreachable)}>
          Ask the API
        </button>{' '}
        <button type="button" className="quiet" onClick={() => client.signOut().catch(sayUnreachable)}>
          Sign out
        </button>
      </p>
      <output>{message}</output>
    </>
  )
}
