// Line 43: connections that are begun and never ended, in every state that one can be left in. Others are served meanwhile.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { atOnce } from '../../support/many.js'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { me, setScene } from './refusal.js'

const count = 30

const states: readonly (readonly [what: string, bytes: (host: string) => string])[] = [
  ['nothing', () => ''],
  ['half a method', () => 'PO'],
  ['half a header', (host) => `GET /auth/me HTTP/1.1\r\nHost: ${host}\r\nX-Slow: a`],
  ['headers without an end', (host) => `GET /auth/me HTTP/1.1\r\nHost: ${host}\r\nX-Slow: a\r\n`],
  ['a body of which one byte comes', (host) => `${postTo(host)}Content-Length: 1000\r\n\r\n{`],
  ['a chunk of which one byte comes', (host) => `${postTo(host)}Transfer-Encoding: chunked\r\n\r\nff\r\n{`],
  ['chunks without an end', (host) => `${postTo(host)}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`],
  ['a hundred questions, and no answer is read', (host) => question(host).repeat(100)],
]

export const transportSlow: readonly Attack[] = states.map(
  ([what, bytes]): OutsideAttack => ({
    line: '43',
    what: `${count} connections that send ${what}`,
    async run(target) {
      const { token } = await setScene(target)
      const slow = await atOnce(count, () => open(target))
      try {
        for (const socket of slow) socket.write(bytes(new URL(target.origin).host), 'latin1')
        await assertServed(target, token)
        await target.signedIn('token', 'other')
        // Whoever sends a byte now and then is alive, and no more welcome.
        for (const socket of slow) if (socket.writable) socket.write('a')
        await assertServed(target, token)
      } finally {
        for (const socket of slow) socket.destroy()
      }
      await assertServed(target, token)
    },
  }),
)

function postTo(host: string): string {
  return `POST /auth/login HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`
}

function question(host: string): string {
  return `GET /.well-known/jwks.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`
}

async function open(target: Target): Promise<Socket> {
  const socket = target.connect()
  socket.pause()
  await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect')
  // Being cut off is what it is for.
  socket.on('error', () => {})
  return socket
}

async function assertServed(target: Target, token: string): Promise<void> {
  const { status } = await target.send(me(['Authorization', `Bearer ${token}`]))
  assert.equal(status, 200, 'the others are not served')
}
