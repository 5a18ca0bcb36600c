// One request of a connection at a time, and so long for its answer. Without it, whoever asks for much and reads nothing has
// it all kept here: node:http looks whether answers are taken only after it has handed over all requests of a packet.

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export type Answer = (req: IncomingMessage, res: ServerResponse) => void

interface Turn {
  readonly begunAt: number
  readonly waiting: (readonly [IncomingMessage, ServerResponse])[]
}

/** Requests of one connection that wait for the answer before theirs. With one more it is cut. */
const mostWaiting = 16
/** From when an answer is begun until the client has taken all of it. Then the connection is cut. */
const longestMs = 60_000
const checkEveryMs = 1000

export function answerInTurn(server: Server, answer: Answer): void {
  // The one that began first is first.
  const turns = new Map<Socket, Turn>()

  function begin(req: IncomingMessage, res: ServerResponse, waiting: Turn['waiting']): void {
    const { socket } = req
    turns.set(socket, { begunAt: performance.now(), waiting })
    res.once('close', () => end(socket))
    answer(req, res)
  }

  function end(socket: Socket): void {
    const waiting = turns.get(socket)?.waiting ?? []
    turns.delete(socket)
    const next = waiting.shift()
    // After an answer that was the last of its connection nobody would hear of the next.
    if (next !== undefined && socket.writable) begin(...next, waiting)
  }

  function cutLate(): void {
    const latest = performance.now() - longestMs
    for (const [socket, { begunAt }] of turns) {
      if (begunAt > latest) return
      socket.destroy()
    }
  }

  const check = setInterval(cutLate, checkEveryMs).unref()
  server.once('close', () => clearInterval(check))
  server.on('request', (req, res) => {
    const turn = turns.get(req.socket)
    if (turn === undefined) begin(req, res, [])
    else if (turn.waiting.length < mostWaiting) turn.waiting.push([req, res])
    else req.socket.destroy()
  })
}
