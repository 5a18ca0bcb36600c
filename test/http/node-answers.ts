// Real node:http servers whose answer is what `fromNode` saw of a request, and such requests as bytes.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { createClientIp } from '../../packages/sessera/src/http/client-ip.js'
import { type FromNodeOptions, fromNode, writeNode } from '../../packages/sessera/src/http/from-node.js'
import { duplicated, type HttpRequest } from '../../packages/sessera/src/http/message.js'
import { problemOf } from '../../packages/sessera/src/http/problem.js'
import { startServer } from './raw-server.js'

export const options: FromNodeOptions = { clientIp: createClientIp([]) }

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

/** On a port of its own, until the test ends. */
export async function listen(listener: Listener): Promise<number> {
  const { port, close } = await startServer((req, res) => void listener(req, res))
  onTestFinished(close)
  return port
}

/** Answers with what `look` sees in the request, or with the problem that it throws. */
export async function answerWith(
  look: (request: HttpRequest) => unknown,
  given: FromNodeOptions = options,
): Promise<number> {
  return await listen(answering(look, given))
}

export function answering(
  look: (request: HttpRequest) => unknown,
  given: FromNodeOptions = options,
): Listener {
  return async (req, res) => {
    try {
      const seen = await look(fromNode(req, given))
      writeNode(res, {
        status: 200,
        headers: [],
        body: JSON.stringify(seen === duplicated ? 'duplicated' : (seen ?? null)),
      })
    } catch (error) {
      writeNode(res, problemOf(error))
    }
  }
}

/** A GET without a body. */
export const head = (...lines: string[]): string =>
  `${['GET / HTTP/1.1', 'Host: x', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n`

export const sized = (body: string, ...lines: string[]): string =>
  post(body, `Content-Length: ${body.length}`, ...lines)

export const post = (body: string, ...lines: string[]): string =>
  `${['POST / HTTP/1.1', 'Host: x', 'Connection: close', ...lines].join('\r\n')}\r\n\r\n${body}`
