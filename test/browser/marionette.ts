// Stock Firefox, driven by the remote protocol that it brings (Marionette: JSON arrays over TCP, each after its length).
// Invariant: one command at a time; a refusal of the browser is an Error with its words.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const executable = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr'
const patienceMs = 60_000
/** What Firefox says first counts as the answer to a command that nobody sends. */
const greeting = 0

export type Preferences = Readonly<Record<string, string | number | boolean>>

export interface Firefox {
  command(name: string, parameters?: object): Promise<unknown>
  /** A script with the browser's own rights; `resolve` is its last argument. */
  privileged(script: string): Promise<unknown>
  close(): Promise<void>
}

/** @throws Error with a sentence when there is no Firefox. */
export async function launchFirefox(preferences: Preferences): Promise<Firefox> {
  if (!existsSync(executable)) {
    throw new Error(
      `There is no ${executable}. Install firefox-esr, or say in FIREFOX_PATH where Firefox is.`,
    )
  }
  const profile = mkdtempSync(join(tmpdir(), 'sessera-firefox-'))
  writeFileSync(join(profile, 'user.js'), linesOf({ 'marionette.port': 0, ...preferences }))
  const child = spawn(
    executable,
    ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', profile],
    { stdio: 'ignore', env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' } },
  )
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const closed = once(child, 'close')
  const socket = connect(await portOf(profile, child), '127.0.0.1')
  const { command, opened } = speak(socket)
  await opened
  await command('WebDriver:NewSession', { capabilities: { alwaysMatch: {} } })

  return {
    command,
    async privileged(script) {
      await command('Marionette:SetContext', { value: 'chrome' })
      try {
        return unwrapped(await command('WebDriver:ExecuteAsyncScript', { script, args: [] }))
      } finally {
        await command('Marionette:SetContext', { value: 'content' })
      }
    },
    async close() {
      await command('Marionette:Quit', { flags: ['eForceQuit'] })
      await closed
      process.off('exit', kill)
      socket.destroy()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}

/** What most answers wrap their result in. */
export function unwrapped(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : answer
}

function linesOf(preferences: Preferences): string {
  return Object.entries(preferences)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('')
}

/** Firefox writes the port that the system gave it into its profile. */
async function portOf(profile: string, child: ChildProcess): Promise<number> {
  const file = join(profile, 'MarionetteActivePort')
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(50)) {
    if (child.exitCode !== null) throw new Error(`Firefox ended with ${child.exitCode} before it listened.`)
    const port = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    if (port > 0) return port
  }
  child.kill('SIGKILL')
  throw new Error(`Firefox did not listen within ${patienceMs} ms.`)
}

function speak(socket: Socket): Pick<Firefox, 'command'> & { readonly opened: Promise<unknown> } {
  const waiting = new Map<number, (error: unknown, result: unknown) => void>()
  const opened = new Promise((resolve, reject) => {
    socket.once('error', reject)
    waiting.set(greeting, (_error, hello) => resolve(hello))
  })
  let unread = Buffer.alloc(0)
  let lastId = 0
  socket.on('data', (chunk) => {
    unread = Buffer.concat([unread, chunk])
    for (let text = take(); text !== null; text = take()) {
      const message: unknown = JSON.parse(text)
      const [, id, error, result] = Array.isArray(message) ? message : [0, greeting, null, message]
      waiting.get(id)?.(error, result)
      waiting.delete(id)
    }
  })

  function take(): string | null {
    const colon = unread.indexOf(':')
    if (colon === -1) return null
    const end = colon + 1 + Number(unread.toString('latin1', 0, colon))
    if (unread.length < end) return null
    const text = unread.toString('utf8', colon + 1, end)
    unread = unread.subarray(end)
    return text
  }

  return {
    opened,
    command: (name, parameters = {}) =>
      new Promise((resolve, reject) => {
        lastId += 1
        const text = JSON.stringify([0, lastId, name, parameters])
        waiting.set(lastId, (error, result) => {
          if (error === null) resolve(result)
          else reject(new Error(`${name}: ${JSON.stringify(error)}`))
        })
        socket.write(`${Buffer.byteLength(text)}:${text}`)
      }),
  }
}
