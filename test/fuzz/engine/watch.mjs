// Runs in a thread of its own: ends the process when one input never ends, after saying which and keeping it.
// Invariant: it needs nothing from the thread that hangs but what stands in the shared memory.

import { mkdirSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'

const maxSilenceMs = 20_000
const pauseMs = 1000

/** @type {{ memory: SharedArrayBuffer, folder: string }} */
const { memory, folder } = workerData
const [count, length] = [0, 1]
const words = new Int32Array(memory, 0, 2)
const text = new Uint8Array(memory, 8)

let last = -1
let silentMs = 0
setInterval(() => {
  const now = Atomics.load(words, count)
  silentMs = now === last && now !== 0 ? silentMs + pauseMs : 0
  last = now
  if (silentMs < maxSilenceMs) return
  const [target = '', input = '[]'] = Buffer.from(text.slice(0, Atomics.load(words, length)))
    .toString('utf8')
    .split('\n')
  const file = join(folder, target, 'hang.jsonl')
  mkdirSync(join(folder, target), { recursive: true })
  writeFileSync(file, `{ "rule": "an input never ends", "message": "", "input": ${input} }\n`)
  writeSync(2, `${target}: an input has not ended after ${maxSilenceMs / 1000} s. It is in ${file}\n`)
  process.kill(process.pid, 'SIGKILL')
}, pauseMs)
