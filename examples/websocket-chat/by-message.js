// For pages that hold an access token and no cookie: a WebSocket cannot carry the header, and a URL is written to logs, so
// the first message is the token. No cookie is looked at, hence no other page can open one in somebody's name.

import { AuthError } from 'sessera'

const patienceMs = 5000

/**
 * @param {import('sessera').Auth} auth
 * @param {import('ws').WebSocket} ws
 * @param {(ws: import('ws').WebSocket, me: import('sessera').Principal) => void} join
 */
export function admitByMessage(auth, ws, join) {
  const deadline = setTimeout(() => ws.close(4401, 'Send your access token first'), patienceMs)
  ws.once('close', () => clearTimeout(deadline))
  ws.once('message', async (data) => {
    clearTimeout(deadline)
    try {
      const me = await auth.authenticate({ authorization: `Bearer ${data}` })
      if (ws.readyState === ws.OPEN) join(ws, me)
    } catch (error) {
      const isRefused = error instanceof AuthError && error.status < 500
      ws.close(isRefused ? 4401 : 1013, isRefused ? error.title : 'Try again in a moment')
    }
  })
}
