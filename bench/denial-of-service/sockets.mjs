// What attacks are made of: raw connections that ask as quickly as they are answered, or that hold what they have.
// Everything is counted by what the server did, and every connection that it ends is opened again.

import { connect } from 'node:net'

/**
 * @typedef {object} Count
 * @property {number} connections opened
 * @property {number} requests sent
 * @property {Record<string, number>} answers by status; `cut`: the connection ended without one
 * @property {number} longestSeconds how long a connection that the server ended had lasted at most
 *
 * @typedef {object} Attack
 * @property {() => Promise<unknown>} ready the attack is under way
 * @property {() => Count} count
 */

/**
 * As many connections as told, each with one request under way; the next goes when it is answered.
 *
 * @param {number} port
 * @param {{ connections: number, next: (connection: number, lastHead: string) => string | Buffer, atOnce?: number }} how
 *   `lastHead`: of the last answer on this connection; `atOnce`: requests sent without waiting for an answer
 * @returns {Attack}
 */
export function flood(port, { connections, next, atOnce = 1 }) {
  const counted = newCount()
  const open = (/** @type {number} */ at) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const answers = createAnswers()
    let underWay = 0
    let lastHead = ''
    counted.connections++
    const send = () => {
      for (; underWay < atOnce; underWay++) {
        counted.requests++
        socket.write(next(at, lastHead))
      }
    }
    socket.once('connect', send)
    socket.on('data', (chunk) => {
      for (const head of answers(chunk)) {
        lastHead = head
        note(counted, statusOf(head))
        underWay--
      }
      if (underWay <= atOnce / 2 && socket.writable) send()
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      if (lastHead === '') note(counted, 'cut')
      setTimeout(open, 1, at)
    })
  }
  for (let at = 0; at < connections; at++) open(at)
  return { ready: async () => undefined, count: () => counted }
}

/**
 * Connections that begin and do not end.
 *
 * @param {number} port
 * @param {{ connections: number, first: (connection: number) => string, drip?: string, reads?: boolean }} how
 *   `drip`: sent again and again, a second apart; `reads`: whether they take what is sent to them
 * @returns {Attack}
 */
export function hold(port, { connections, first, drip = '', reads = true }) {
  const counted = newCount()
  const held = new Set()
  /** @type {(value: unknown) => void} */
  let filled = () => undefined
  const ready = new Promise((resolve) => {
    filled = resolve
  })
  const open = (/** @type {number} */ at) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const answers = createAnswers()
    let begun = performance.now()
    counted.connections++
    if (!reads) socket.pause()
    socket.once('connect', () => {
      begun = performance.now()
      held.add(socket)
      socket.write(first(at))
      if (held.size >= Math.min(connections, enough)) filled(null)
    })
    socket.on('data', (chunk) => {
      for (const head of answers(chunk)) note(counted, statusOf(head))
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      held.delete(socket)
      const seconds = (performance.now() - begun) / 1000
      counted.longestSeconds = Math.max(counted.longestSeconds, seconds)
      setTimeout(open, 100, at)
    })
  }
  const openSome = (/** @type {number} */ from) => {
    for (let at = from; at < Math.min(from + burst, connections); at++) open(at)
    if (from + burst < connections) setTimeout(openSome, 20, from + burst)
  }
  openSome(0)
  if (drip !== '') {
    setInterval(() => {
      for (const socket of held) if (socket.writable) socket.write(drip)
    }, 1000)
  }
  return { ready: () => ready, count: () => counted }
}

/** More than these the server need not take. */
const enough = 3900
const burst = 200

/** @returns {Count} */
function newCount() {
  return { connections: 0, requests: 0, answers: {}, longestSeconds: 0 }
}

/**
 * @param {Count} counted
 * @param {string} what
 */
function note({ answers }, what) {
  answers[what] = (answers[what] ?? 0) + 1
}

/** @param {string} head */
function statusOf(head) {
  return head.slice(9, 12)
}

/**
 * Finds the answers in what arrives. Bodies are skipped by their length, unseen.
 *
 * @returns {(chunk: Buffer) => string[]} the heads of those that are complete with this chunk
 */
function createAnswers() {
  let head = ''
  let body = -1
  return (chunk) => {
    const complete = []
    for (let at = 0; at < chunk.length; ) {
      if (body < 0) {
        const before = head.length
        head += chunk.toString('latin1', at, at + 8192)
        const end = head.indexOf('\r\n\r\n')
        if (end === -1) {
          at += head.length - before
          continue
        }
        at += end + 4 - before
        head = head.slice(0, end)
        body = lengthAfter(head)
      }
      const taken = Math.min(body, chunk.length - at)
      body -= taken
      at += taken
      if (body > 0) continue
      // An interim answer is none.
      if (statusOf(head)[0] !== '1') complete.push(head)
      head = ''
      body = -1
    }
    return complete
  }
}

/** @param {string} head */
function lengthAfter(head) {
  const hasNone = statusOf(head)[0] === '1' || ['204', '304'].includes(statusOf(head))
  return hasNone ? 0 : Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
}
