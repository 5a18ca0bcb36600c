// Waits for the starting signal, then removes these users all at once, keeping the last administrator.

import { open, rest } from './store.mjs'

const store = await open()
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))

await Promise.all(rest.map((id) => store.users.remove(id, 'admin')))
await store.close()
process.stdin.destroy()
