// One HTTP request to one of the processes, on a connection that is kept, with everything that a judge wants to know.

import { request } from 'node:http'
import { machineTime } from './machine-time.mjs'

/**
 * @typedef {object} Answer
 * @property {number} process
 * @property {number | null} status null when none came
 * @property {number} sentAt machine time, not later than the first byte
 * @property {number} answeredAt machine time, not earlier than the last byte
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} body
 *
 * @typedef {object} Question
 * @property {'GET' | 'POST'} [method]
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {object} [json]
 */

/**
 * Never rejects: that nobody answered is an answer.
 *
 * @param {import('./fleet.mjs').Member} member
 * @param {Question} question
 * @returns {Promise<Answer>}
 */
export function ask(member, { method = 'GET', path, headers = {}, json }) {
  const address = member.address()
  const sentAt = machineTime()
  return new Promise((resolve) => {
    /** @type {(got: Pick<Answer, 'status' | 'headers' | 'body'>) => void} */
    const answer = (got) => resolve({ process: member.number, sentAt, answeredAt: machineTime(), ...got })
    const none = () => answer({ status: null, headers: {}, body: '' })
    if (address === null) return none()
    const asked = request(
      {
        ...address,
        host: '127.0.0.1',
        method,
        path,
        headers: json === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
      },
      (res) => {
        let body = ''
        res.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
          body += text
        })
        res.once('close', () => {
          if (res.complete) answer({ status: res.statusCode ?? null, headers: res.headers, body })
          else none()
        })
      },
    )
    asked.once('error', none)
    asked.end(json === undefined ? undefined : JSON.stringify(json))
  })
}
