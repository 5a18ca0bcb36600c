// The files of the page, by name.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @type {ReadonlyMap<string | undefined, readonly [type: string, content: Buffer]>} */
const files = new Map([
  ['/', ['text/html; charset=utf-8', read('index.html')]],
  ['/chat.js', ['text/javascript', read('chat.js')]],
])

/** @param {import('node:http').IncomingMessage} req @param {import('node:http').ServerResponse} res */
export function servePage(req, res) {
  const [type, content] = files.get(req.url) ?? ['text/plain', 'There is nothing here.']
  res.writeHead(files.has(req.url) ? 200 : 404, {
    'Content-Type': type,
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    'X-Content-Type-Options': 'nosniff',
  })
  res.end(content)
}

/** @param {string} name */
function read(name) {
  return readFileSync(join(import.meta.dirname, 'public', name))
}
