// Requests as attackers write them: a head that a proxy would pass on, and addresses without number to come from.

/** @typedef {readonly (readonly [name: string, value: string])[]} Lines */

/**
 * What is not among `lines` is added: a type and a length, where there is a body.
 *
 * @param {string} method
 * @param {string} path
 * @param {{ lines?: Lines, body?: string | Buffer, from?: string, json?: object }} [what]
 * @returns {Buffer}
 */
export function requestBytes(method, path, { lines = [], body = '', from = '198.51.100.7', json } = {}) {
  const content = Buffer.from(json === undefined ? body : JSON.stringify(json))
  const has = (/** @type {string} */ wanted) => lines.some(([name]) => name === wanted)
  const head = [`Host: auth.example.com`, `X-Forwarded-For: ${from}`]
  for (const [name, value] of lines) head.push(`${name}: ${value}`)
  if (content.length > 0 && !has('Content-Type')) head.push('Content-Type: application/json')
  if (content.length > 0 && !has('Content-Length') && !has('Transfer-Encoding'))
    head.push(`Content-Length: ${content.length}`)
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`, 'latin1'),
    content,
  ])
}

let addresses = 0

/** @returns {string} an address that was not used before */
export function anotherAddress() {
  addresses += 1
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`
}

let names = 0

/** @returns {string} nobody's name, each once */
export function anotherName() {
  names += 1
  return `nobody-${names}-${Math.random().toString(36).slice(2)}`
}
