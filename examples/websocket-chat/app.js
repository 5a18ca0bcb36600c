// A chat for whoever is signed in. What is open for a session is closed when the session ends, in all tabs.
// Invariant: only members hear and are heard; who is not, or not any more, may still have a connection.

import { createServer } from 'node:http'
import { forNode } from 'sessera/node'
import { WebSocketServer } from 'ws'
import { admitByMessage } from './by-message.js'
import { servePage } from './page.js'

/** @param {import('sessera').Auth} auth */
export function createApp(auth) {
  const { routes, guardUpgrade } = forNode(auth)
  const enter = guardUpgrade()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4096 })
  /** @type {Set<import('ws').WebSocket>} */
  const members = new Set()

  /** @param {import('ws').WebSocket} ws @param {import('sessera').Principal} me */
  function join(ws, { username, sessionId }) {
    members.add(ws)
    ws.send(JSON.stringify({ welcome: username }))
    ws.on('message', (data) => {
      if (members.has(ws)) say({ from: username, text: String(data) })
    })
    const stop = auth.onEnd(sessionId ?? '', () => {
      members.delete(ws)
      ws.close(4401, 'Session ended')
    })
    ws.on('close', () => {
      members.delete(ws)
      stop()
    })
  }

  /** @param {object} message */
  function say(message) {
    for (const member of members) member.send(JSON.stringify(message))
  }

  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  async function upgrade(req, socket, head) {
    if (req.url === '/chat') {
      const me = await enter(req, socket, head)
      if (me !== null) sockets.handleUpgrade(req, socket, head, (ws) => join(ws.on('error', ignore), me))
    } else if (req.url === '/chat/by-message') {
      sockets.handleUpgrade(req, socket, head, (ws) => admitByMessage(auth, ws.on('error', ignore), join))
    } else socket.destroy()
  }

  const server = createServer(async (req, res) => {
    if (!(await routes(req, res))) servePage(req, res)
  })
  return server.on('upgrade', (req, socket, head) => void upgrade(req, socket, head))
}

/** What a client breaks is closed by `ws`; without a listener it would end the process. */
function ignore() {}
