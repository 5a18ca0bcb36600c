// Starts Sessera's server, the app of app.py and nginx in front of both, on http://localhost:8080 (PORT). The data are kept in
// the folder sessera-data beside this file (that of DATABASE). Needs nginx and Flask, and no rights of root.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const here = import.meta.dirname
const { PORT = '8080', DATABASE = join(here, 'sessera-data/auth.db'), PYTHON = 'python3' } = process.env
const origin = `http://localhost:${PORT}`
const [sessera, flask] = [await freePort(), await freePort()]

const folder = mkdtempSync(join(tmpdir(), 'sessera-nginx-'))
const configuration = join(folder, 'nginx.conf')
writeFileSync(
  configuration,
  readFileSync(join(here, 'nginx.conf'), 'utf8')
    .replaceAll('8080', PORT)
    .replaceAll(':3000', `:${sessera}`)
    .replaceAll(':5000', `:${flask}`),
)

const children = [
  start(process.execPath, [join(here, '../../packages/server/dist/main.js')], {
    PORT: String(sessera),
    HOST: '127.0.0.1',
    SESSERA_ORIGIN: origin,
    SESSERA_DATA: dirname(DATABASE),
    SESSERA_TRUSTED_PROXIES: 'loopback',
  }),
  start(PYTHON, [join(here, 'app.py')], { FLASK_PORT: String(flask) }),
  start('nginx', ['-p', folder, '-c', configuration, '-e', 'stderr', '-g', 'daemon off;'], {}),
]

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)
for (const port of [sessera, flask, Number(PORT)]) await listening(port)
console.log(`Listening on ${origin}`)

/** @param {string} command @param {string[]} args @param {Record<string, string>} env */
function start(command, args, env) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  child.once('error', (error) => {
    console.error(`${command} cannot be started: ${error.message}`)
    process.exitCode = 1
    void stop()
  })
  child.once('exit', (code) => {
    if (code !== null && code !== 0) process.exitCode = 1
    void stop()
  })
  return child
}

/** All of them end with the first. */
async function stop() {
  const running = children.filter(
    ({ pid, exitCode, signalCode }) => pid && exitCode === null && signalCode === null,
  )
  const ended = running.map((child) => once(child, 'exit'))
  for (const child of running) child.kill('SIGTERM')
  await Promise.all(ended)
  rmSync(folder, { recursive: true, force: true })
  process.exit()
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** @param {number} port */
async function listening(port) {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await wait(50)
  }
}
