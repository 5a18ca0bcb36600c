'use server'

import { redirect } from 'next/navigation'
import { AuthError } from 'sessera'
import { auth, principal, signIn, signOut } from '../lib/auth.js'

/** The page that is shown again is that of somebody who is signed out. */
export async function leave() {
  await signOut()
}

/** Answers with what to tell who was refused. */
export async function enter(_refusal, form) {
  try {
    await signIn({ login: form.get('username'), password: form.get('password') })
  } catch (error) {
    if (error instanceof AuthError) return error.message
    throw error
  }
  redirect('/dashboard')
}

export async function keepNote(form) {
  const { sessionId } = await principal()
  await auth().sessions.updateData(sessionId, () => ({ note: String(form.get('note')) }))
}
