// Creates sessions until it is killed, as many at a time as asked, and says of each that it was acknowledged.

import { open, rest } from './store.mjs'

const store = await open()
await store.subjects.ensure('u-1')
let index = 0

async function write() {
  for (;;) {
    const mine = index
    index += 1
    const { value } = await store.sessions.create({
      id: `s-${mine}`,
      userId: 'u-1',
      clientId: null,
      mode: 'session',
      purpose: 'session',
      generation: 0,
      seed: 'AAECAwQFBgcICQoLDA0ODw',
      lastTransition: 'raise',
      rotatedAt: 1,
      epoch: 1,
      createdAt: 1,
      provenAt: 1000,
      factors: ['pwd'],
      lastSeenAt: mine,
      idleSeconds: 3600,
      expiresAt: 2,
      ip: null,
      userAgent: 'x'.repeat(2000),
      label: null,
      version: 1,
    })
    if (!value) throw new Error(`s-${mine} was there already`)
    process.stdout.write(`${mine}\n`)
  }
}

await Promise.all(Array.from({ length: Number(rest[0]) }, write))
