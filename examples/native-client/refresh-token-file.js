// The refresh token in a file that only its user can read, written whole or not at all, for one process at a time.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * @param {string} path
 * @returns {import('sessera/client').RefreshTokenStorage}
 */
export function refreshTokenFile(path) {
  return {
    load: () => readOrNull(path),
    save(token) {
      if (token === null) return rmSync(path, { force: true })
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const next = `${path}.next`
      rmSync(next, { force: true })
      writeFileSync(next, token, { mode: 0o600, flag: 'wx' })
      renameSync(next, path)
    },
  }
}

/**
 * Two processes that use one refresh token at different moments would look like two people, and end the session.
 *
 * @template T
 * @param {string} path of the file that is to be used
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(path, work) {
  const lock = `${path}.lock`
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  for (const until = Date.now() + 20_000; !takes(lock); ) {
    if (Date.now() > until) throw new Error(`Another program uses ${path}. If there is none, delete ${lock}.`)
    await pause(50)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** @param {string} lock */
function takes(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    // Left behind by a process that is no more.
    const holder = Number(readOrNull(lock))
    if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true })
    return false
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** @param {string} path */
function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
