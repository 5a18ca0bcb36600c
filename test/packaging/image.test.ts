// What deploy/Dockerfile makes, made here without Docker: its steps one after the other, in folders instead of layers.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  environmentOf,
  type Instruction,
  isSentToBuilder,
  read,
  root,
  stagesOf,
} from '../server/deploy-files.js'
import { freePort } from '../support/server-process.js'

const stages = stagesOf(read('deploy/Dockerfile'))
const dockerignore = read('.dockerignore')
const image = stages.at(-1) ?? []
const secret = 'a server secret of at least 32 characters'

let folder: string
let files: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sessera-image-'))
  const built = new Map<string, string>()
  for (const [index, stage] of stages.entries()) {
    const [, name = String(index)] = / AS (\w+)$/.exec(stage[0]?.text ?? '') ?? []
    const path = join(folder, name)
    built.set(name, path)
    build(stage, { path, built })
  }
  files = join(folder, String(stages.length - 1), 'sessera')
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function build(
  stage: readonly Instruction[],
  { path, built }: { readonly path: string; readonly built: ReadonlyMap<string, string> },
): void {
  let cwd = path
  for (const { name, text } of stage) {
    if (name === 'WORKDIR') {
      cwd = join(path, text)
      mkdirSync(cwd, { recursive: true })
    } else if (name === 'COPY') {
      const [, from, rest = ''] = /^(?:--from=(\w+) )?(.*)$/.exec(text) ?? []
      const words = rest.split(' ')
      for (const source of words.slice(0, -1))
        copy(source, { to: join(cwd, words.at(-1) ?? ''), from: built.get(from ?? '') ?? null })
    } else if (name === 'RUN') {
      // The others only tidy up, or make what the container mounts over.
      const commands = text.split(' && ').filter((command) => /^npm (ci|run|pkg|prune)\b/.test(command))
      for (const command of commands) npm(command.split(' ').slice(1), cwd)
    }
  }
}

/** From the folder of another stage, or from what reaches the builder. */
function copy(source: string, { to, from }: { readonly to: string; readonly from: string | null }): void {
  const path = join(from ?? root, source)
  cpSync(path, statSync(path).isDirectory() ? to : join(to, basename(source)), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) => from !== null || isSentToBuilder(relative(root, file), dockerignore),
  })
}

function npm(args: readonly string[], cwd: string): void {
  const env = { ...process.env, NODE_ENV: '', npm_config_prefer_offline: 'true' }
  execFileSync('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** As the container starts it, on another port and with its data elsewhere. */
function start(env: Readonly<Record<string, string>>): ChildProcess {
  const [, main = ''] = JSON.parse(image.find(({ name }) => name === 'ENTRYPOINT')?.text ?? '[]') as string[]
  const args = JSON.parse(image.find(({ name }) => name === 'CMD')?.text ?? '[]') as string[]
  return spawn(process.execPath, [main, ...args], {
    cwd: files,
    env: {
      PATH: process.env['PATH'] ?? '',
      ...environmentOf(image),
      SESSERA_DATA: join(folder, 'data'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function isHealthy(env: Readonly<Record<string, string>>): boolean {
  const [, json = '[]'] =
    / CMD (\[.*\])$/.exec(image.find(({ name }) => name === 'HEALTHCHECK')?.text ?? '') ?? []
  const [, ...args] = JSON.parse(json) as string[]
  return spawnSync(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '', ...env } }).status === 0
}

describe('the image', () => {
  it('holds what the server needs to run, and nothing that built it', () => {
    const packages = readdirSync(join(files, 'node_modules'))
    expect(packages).toEqual(expect.arrayContaining(['pino', 'prom-client', 'sessera', 'valibot']))
    for (const name of ['typescript', 'vitest', 'express', 'playwright-core', '@biomejs']) {
      expect(packages).not.toContain(name)
    }
    expect(existsSync(join(files, 'packages/server/src'))).toBe(false)
  })

  it('starts, is healthy by its own check, and ends when it is told to', async () => {
    const env = {
      PORT: String(await freePort()),
      SESSERA_ORIGIN: 'https://auth.example.com',
      SESSERA_SECRET: secret,
    }
    expect(isHealthy(env)).toBe(false)
    const server = start(env)
    try {
      let output = ''
      for await (const text of server.stdout ?? []) {
        output += String(text)
        if (output.includes('Sessera is at')) break
      }
      expect(output).toContain(
        `Sessera is at https://auth.example.com (listening on 0.0.0.0 port ${env.PORT}`,
      )
      expect(isHealthy(env)).toBe(true)
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    } finally {
      server.kill('SIGKILL')
    }
  })

  it('says what is missing when nobody has said where browsers find it', async () => {
    const server = start({ PORT: String(await freePort()), SESSERA_SECRET: secret })
    let said = ''
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    expect(await once(server, 'close')).toEqual([1, null])
    expect(said).toContain('Set SESSERA_ORIGIN to the https address that browsers use')
  })
})
