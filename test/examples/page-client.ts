// The snippets of docs/guide/client.md: type-checked, and quoted there as they are.

import { type Client, ClientError, createClient } from 'sessera/client'

export const client: Client = createClient({ mode: 'session' })

export async function enter(username: string, password: string): Promise<string> {
  try {
    const { user } = await client.signIn({ username, password, remember: true })
    return `Welcome, ${user.username}`
  } catch (error) {
    if (error instanceof ClientError) return error.message
    return 'The server cannot be reached.'
  }
}

export function watch(show: (text: string) => void): () => void {
  return client.session.subscribe(() => {
    const { current } = client.session
    show(current === null ? 'Sign in' : `Welcome, ${current?.user.username}`)
  })
}

export async function transfer(order: object, askForPassword: () => Promise<string>): Promise<Response> {
  const send = () => client.fetch('/transfer', { method: 'POST', body: JSON.stringify(order) })
  const response = await send()
  const challenge = response.headers.get('WWW-Authenticate') ?? ''
  if (!challenge.includes('insufficient_user_authentication')) return response
  await client.reauthenticate(await askForPassword())
  return await send()
}

export function createSpreadClient(): Client {
  return createClient({
    mode: 'token',
    origin: 'https://api.example.com',
    sendTokenTo: ['https://reports.example.com'],
  })
}
