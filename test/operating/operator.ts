// An operator at a terminal of an empty machine: the packages as they would be published, one data folder, one server.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { installInto, pack } from '../packaging/tarballs.js'
import { freePort } from '../support/server-process.js'

export interface Printed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export interface Ask {
  readonly method?: string
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** The address that the proxy in front says the client has. */
  readonly from?: string
}

const patienceMs = 20_000

export class Operator {
  readonly folder: string
  readonly port: number
  #environment: NodeJS.ProcessEnv
  #server: ChildProcess | null = null
  #printed = ''

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
    this.#environment = {
      PATH: `${join(folder, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      PORT: String(port),
      SESSERA_REGISTRATION: 'closed',
      SESSERA_TRUSTED_PROXIES: 'loopback',
    }
  }

  /** Installs what was built. */
  static async arrive(folder: string): Promise<Operator> {
    const into = join(folder, 'tarballs')
    installInto(
      folder,
      ['sessera', 'server'].map((name) => pack({ folder: name, into })),
    )
    return new Operator(folder, await freePort())
  }

  get origin(): string {
    return `http://localhost:${this.port}`
  }

  /** From now on everything happens in this data folder. */
  moveTo(dataFolder: string): void {
    this.#environment = { ...this.#environment, SESSERA_DATA: dataFolder }
  }

  /** Types a command and waits for it. */
  type(command: string): Promise<Printed> {
    return new Promise((resolve) => {
      execFile(
        'bash',
        ['-c', command],
        { cwd: this.folder, env: this.#environment, timeout: 120_000 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
        },
      )
    })
  }

  /** Types the command that serves, and waits until it does. Answers with what it has printed. */
  async serve(command: string): Promise<string> {
    this.#printed = ''
    const server = spawn('bash', ['-c', `exec ${command}`], {
      cwd: this.folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new Error(`The server did not start:\n${this.#printed}`))
      const timer = setTimeout(fail, patienceMs)
      const read = (text: Buffer): void => {
        this.#printed += text.toString()
        if (!this.#printed.includes('Sessera is at')) return
        clearTimeout(timer)
        resolve()
      }
      server.stdout.on('data', read)
      server.stderr.on('data', read)
      server.once('close', fail)
    })
    return this.#printed
  }

  async stop(): Promise<number | null> {
    const server = this.#server
    if (server === null) return null
    this.#server = null
    return await new Promise((resolve) => {
      server.once('close', resolve)
      server.kill('SIGTERM')
    })
  }

  /** What the server has printed since it started. */
  get printed(): string {
    return this.#printed
  }

  async ask(path: string, { method, json, form, headers = {}, from }: Ask = {}): Promise<Answer> {
    const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json)
    const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
    const answer = await fetch(new URL(path, this.origin), {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(from === undefined ? {} : { 'x-forwarded-for': from }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, text, headers: answer.headers, body: isJson ? JSON.parse(text) : {} }
  }
}
