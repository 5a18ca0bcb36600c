// The session of a mobile app: what the guide shows, against whatever keeps a secret on the device.

import { type Client, createClient } from 'sessera/client'

/** The key store of the system, such as `expo-secure-store`. */
export interface KeyStore {
  getItemAsync(key: string): Promise<string | null>
  setItemAsync(key: string, value: string): Promise<void>
  deleteItemAsync(key: string): Promise<void>
}

export function createAppClient(keyStore: KeyStore, fetch: typeof globalThis.fetch): Client {
  return createClient({
    mode: 'token',
    origin: 'https://api.example.com',
    fetch,
    storage: {
      load: () => keyStore.getItemAsync('refresh-token'),
      save: (token) =>
        token === null
          ? keyStore.deleteItemAsync('refresh-token')
          : keyStore.setItemAsync('refresh-token', token),
    },
  })
}

/** What the app shows first: a sign-in, or who is signed in, who may be offline. */
export async function openApp(client: Client, lastKnown: string | null): Promise<string> {
  try {
    const me = await client.session.ready()
    return me === null ? 'Sign in' : `Welcome, ${me.user.username}`
  } catch {
    return lastKnown === null ? 'No connection' : `${lastKnown}, offline`
  }
}
