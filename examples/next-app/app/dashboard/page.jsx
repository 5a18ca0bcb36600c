import Link from 'next/link'
import { redirect } from 'next/navigation'
import { auth, findPrincipal } from '../../lib/auth.js'
import { keepNote } from '../actions.js'

export default async function Dashboard() {
  const me = (await findPrincipal()) ?? redirect('/sign-in')
  const data = await auth().sessions.readData(me.sessionId)
  return (
    <main>
      <h1>{`Welcome, ${me.username}`}</h1>
      <form action={keepNote}>
        <input name="note" defaultValue={data?.note} aria-label="Note" />
        <button type="submit">Keep</button>
      </form>
      <Link href="/">Home</Link>
    </main>
  )
}
