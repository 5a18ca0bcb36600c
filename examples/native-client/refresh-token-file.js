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
    clearAway(lock)
    return false
  }
}

/**
 * What was left behind by a process that is no more. By one process at a time: a slow one would delete the lock of the next.
 *
 * @param {string} lock
 */
function clearAway(lock) {
  if (!isLeft(lock)) return
  const guard = `${lock}.old`
  try {
    writeFileSync(guard, '', { flag: 'wx' })
  } catch {
    return
  }
  if (isLeft(lock)) rmSync(lock, { force: true })
  rmSync(guard, { force: true })
}

/** @param {string} lock */
function isLeft(lock) {
  const holder = Number(readOrNull(lock))
  return holder > 0 && !isRunning(holder)
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * One that is there and cannot be read is not nothing: who takes it for that forgets the session.
 *
 * @param {string} path
 */
function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
