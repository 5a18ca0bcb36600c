// Starts a JavaScript file in a process of its own, as the READMEs say, and waits for what it prints. Needs the build.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './folder.js'
import { freePort } from './server-process.js'

export interface ExampleProcess {
  readonly origin: string
  /** Of the user ada; null when she was there before. */
  readonly password: string | null
  stop(): Promise<void>
}

/** On an empty database, until the test ends. */
export async function tryExample(name: string): Promise<ExampleProcess> {
  const app = await startExample({ name, database: join(temporaryFolder(), 'auth.db') })
  onTestFinished(app.stop)
  return app
}

/** `name` is the folder under examples/. A port of its own each time unless `port` says which. */
export async function startExample({
  name,
  database,
  port,
}: {
  readonly name: string
  readonly database: string
  readonly port?: number
}): Promise<ExampleProcess> {
  const main = fileURLToPath(new URL(`../../examples/${name}/main.js`, import.meta.url))
  const env = { ...process.env, PORT: String(port ?? (await freePort())), DATABASE: database }
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('close', () => process.off('exit', kill))
  let printed = ''
  child.stderr.on('data', (text) => {
    printed += text
  })
  for await (const line of createInterface({ input: child.stdout })) {
    printed += `${line}\n`
    const origin = /^Listening on (\S+)$/.exec(line)?.[1]
    if (origin === undefined) continue
    return {
      origin,
      password: /^Created the user ada\. .*: (\S+)$/m.exec(printed)?.[1] ?? null,
      async stop() {
        child.kill('SIGTERM')
        await closed
      },
    }
  }
  throw new Error(`${main} ended before it listened:\n${printed}`)
}
