// Creates sessions until it is killed, and says of each that it was acknowledged.

import { open } from './store.mjs'

const store = await open()
await store.subjects.ensure('u-1')
for (let index = 0; ; index += 1) {
  const { value } = await store.sessions.create({
    id: `s-${index}`,
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
    lastSeenAt: index,
    idleSeconds: 3600,
    expiresAt: 2,
    ip: null,
    userAgent: 'x'.repeat(2000),
    label: null,
    version: 1,
  })
  if (!value) throw new Error(`s-${index} was there already`)
  process.stdout.write(`${index}\n`)
}
