// Reads a Node stream to its end, or gives up early without destroying the socket that the refusal is to travel on.

import type { IncomingMessage } from 'node:http'
import { bodyCutShort, bodyTooSlow, createBodyCollector } from './body-bytes.js'

/** @throws AuthError `payload_too_large`, or `invalid_request` when it is cut short, too slow or not UTF-8. */
export async function readNodeBody(req: IncomingMessage, seconds: number): Promise<string> {
  const collector = createBodyCollector()
  await receive(req, seconds, (chunk) => collector.add(chunk))
  return collector.text()
}

/** Not `for await`: leaving that early destroys the socket. */
function receive(req: IncomingMessage, seconds: number, add: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      req.off('data', onData).off('end', onEnd).off('close', onClose)
    }
    const fail = (error: unknown): void => {
      stop()
      // Until the refusal ends the connection what still comes is dropped: paused, it would be kept, piece by piece.
      req.resume()
      reject(error)
    }
    const onData = (chunk: Uint8Array): void => {
      try {
        add(chunk)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = (): void => {
      stop()
      resolve()
    }
    const onClose = (): void => fail(bodyCutShort())
    const timer = setTimeout(() => fail(bodyTooSlow()), seconds * 1000)
    if (req.destroyed) {
      onClose()
      return
    }
    req.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}
