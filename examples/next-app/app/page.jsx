import Link from 'next/link'
import { findPrincipal } from '../lib/auth.js'
import { leave } from './actions.js'

export default async function Home() {
  const me = await findPrincipal()
  if (me === null) return <Link href="/sign-in">Sign in</Link>
  return (
    <form action={leave}>
      <Link href="/dashboard">Go on, {me.username}</Link>
      <button type="submit">Sign out</button>
    </form>
  )
}
