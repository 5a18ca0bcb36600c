// Tells the watching thread which input is being run, without ever waiting for it.

import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Input } from './target.js'

export interface Heartbeat {
  beat(target: string, input: Input): void
  /** Nothing is being run: silence means nothing. */
  rest(): void
  stop(): Promise<void>
}

/** Of the longest input, as JSON. */
const capacity = 1_048_576

export function startHeartbeat(): Heartbeat {
  const memory = new SharedArrayBuffer(8 + capacity)
  const words = new Int32Array(memory, 0, 2)
  const text = Buffer.from(memory, 8)
  const worker = new Worker(new URL('./watch.mjs', import.meta.url), {
    workerData: { memory, folder: fileURLToPath(new URL('../finds/', import.meta.url)) },
  })
  worker.unref()
  let beats = 0
  return {
    beat(target, input) {
      Atomics.store(words, 1, text.write(`${target}\n${JSON.stringify(input)}`))
      beats = (beats % 0x7fff_ffff) + 1
      Atomics.store(words, 0, beats)
    },
    rest: () => void Atomics.store(words, 0, 0),
    stop: async () => void (await worker.terminate()),
  }
}
