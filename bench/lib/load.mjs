// Load on one port: many connections that stay open, each with one request under way. Plain sockets and ready-made
// requests, so that the generator is not what is measured. Every answer must be a 200, or the figures would be of refusals.

import { connect } from 'node:net'

/**
 * @typedef {object} Load
 * @property {(ms: number) => Promise<{ answers: number, seconds: number }>} run
 * @property {() => void} close
 *
 * @typedef {(connection: number, lastBody: string) => string | Buffer} NextRequest
 */

/**
 * @param {object} how
 * @param {number} how.port
 * @param {number} how.connections
 * @param {NextRequest} how.next the request to send, from the body of the connection's last answer
 * @param {boolean} [how.bodies] whether `next` looks at it
 * @returns {Promise<Load>}
 */
export async function openLoad({ port, connections, next, bodies = false }) {
  const lines = await Promise.all(
    Array.from({ length: connections }, (_, at) => openLine(port, (body) => next(at, body), bodies)),
  )
  return {
    async run(ms) {
      const begun = performance.now()
      const until = begun + ms
      const answers = await Promise.all(lines.map((line) => line.run(until)))
      return {
        answers: answers.reduce((sum, count) => sum + count, 0),
        seconds: (performance.now() - begun) / 1000,
      }
    },
    close() {
      for (const line of lines) line.close()
    },
  }
}

/**
 * @param {number} port
 * @param {(body: string) => string | Buffer} next
 * @param {boolean} bodies
 * @returns {Promise<{ run: (until: number) => Promise<number>, close: () => void }>}
 */
function openLine(port, next, bodies) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let body = ''
    let received = ''
    let answers = 0
    let until = 0
    /** @type {(answers: number) => void} */
    let done = () => undefined
    /** @type {(error: unknown) => void} */
    let fail = reject

    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const length = lengthOf(received)
      if (length === null || received.length < length.total) return
      if (!received.startsWith('HTTP/1.1 200 ')) {
        socket.destroy(new Error(`The server answered ${received.slice(0, 600)}`))
        return
      }
      if (bodies) body = received.slice(length.head)
      received = ''
      answers++
      if (performance.now() < until) socket.write(next(body))
      else done(answers)
    })
    socket.on('error', (error) => fail(error))
    socket.on('close', () => fail(new Error('The server closed a connection.')))
    socket.once('connect', () => {
      resolve({
        run: (end) =>
          new Promise((finished, failed) => {
            answers = 0
            until = end
            done = finished
            fail = failed
            socket.write(next(body))
          }),
        close() {
          fail = () => undefined
          socket.destroy()
        },
      })
    })
  })
}

/**
 * @param {string} received
 * @returns {{ head: number, total: number } | null} null: the head is not all there
 */
function lengthOf(received) {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return null
  const usual = received.indexOf('Content-Length: ')
  const at = usual === -1 ? received.indexOf('content-length: ') : usual
  if (at === -1 || at > end) throw new Error(`An answer without its length: ${received.slice(0, 300)}`)
  return { head: end + 4, total: end + 4 + Number.parseInt(received.slice(at + 16, at + 24), 10) }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {readonly (readonly [string, string])[]} headers
 * @param {string} [body]
 * @returns {string}
 */
export function requestText(method, path, headers, body = '') {
  const own =
    body === ''
      ? []
      : [
          ['Content-Type', 'application/json'],
          ['Content-Length', body.length],
        ]
  const lines = [...headers, ...own].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
