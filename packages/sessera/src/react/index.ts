// `sessera/react`: who is signed in, for components. They render again when that changes, in this tab or another.

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useSyncExternalStore,
} from 'react'
import type { Client, Current } from '../client/types.js'

type Watched = Pick<Client, 'session'>

const context = createContext<Watched | null>(null)

/** Above everything that asks who is signed in. */
export function SessionProvider({
  client,
  children,
}: {
  readonly client: Watched
  readonly children?: ReactNode
}): ReactElement {
  return createElement(context.Provider, { value: client }, children)
}

/**
 * Undefined while it is not known yet (and in what a server renders), null for nobody.
 *
 * @throws Error outside of a `<SessionProvider>`.
 */
export function useSession(): Current {
  const client = useContext(context)
  if (client === null) throw new Error('useSession() needs a <SessionProvider client={client}> above it.')
  const { session } = client
  return useSyncExternalStore(session.subscribe, () => session.current, onServer)
}

/** Shows its children to whoever is signed in. */
export function SignedIn({ children }: { readonly children?: ReactNode }): ReactNode {
  return useSession() ? children : null
}

/** Shows its children once it is known that nobody is signed in. */
export function SignedOut({ children }: { readonly children?: ReactNode }): ReactNode {
  return useSession() === null ? children : null
}

function onServer(): undefined {
  return undefined
}
