// Waits for the starting signal, opens the file, then raises one epoch and counts one limit as often as asked.

import { open, rest } from './store.mjs'

const times = Number(rest[0])
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))

const store = await open()
await store.subjects.ensure('shared')
for (let done = 0; done < times; done += 1) {
  await Promise.all([store.subjects.raiseEpoch('shared', null), store.limits.count('shared', 3_600_000)])
}
await store.close()
process.stdin.destroy()
