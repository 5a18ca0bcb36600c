// The record as JSON lines for whoever collects them, apart from the log (ASVS 5.0 16.4.3). Each event is one line and one
// write at the end of the file, so that several processes can share it.

import { closeSync, openSync, writeSync } from 'node:fs'
import { type Logger as Lines, pino } from 'pino'
import { type AuditEvent, type Auth, ConfigurationError, type Log } from 'sessera'
import { codeOf } from './data-folder.js'

export interface AuditSink {
  /** After the file was moved away, as logrotate does: goes on in a new one of the same name. */
  reopen(): void
  close(): void
}

/**
 * Writes every event from now on, to stdout or to the end of the file at `path`.
 *
 * @throws ConfigurationError when that file cannot be written.
 */
export function openAuditSink(auth: Pick<Auth, 'on'>, path: string | null, log: Log): AuditSink {
  if (path === null) {
    const lines = pino(format)
    return { reopen: () => undefined, close: auth.on('audited', (event) => write(lines, event)) }
  }
  const file = openAuditFile(path, log)
  const lines = pino(format, file)
  const stop = auth.on('audited', (event) => write(lines, event))
  return {
    reopen: file.reopen,
    close() {
      stop()
      file.close()
    },
  }
}

const format = {
  base: null,
  timestamp: false,
  formatters: { level: (level: string) => ({ level }) },
} as const

function write(lines: Lines, { at, name, ...about }: AuditEvent): void {
  lines.info({ time: new Date(at).toISOString(), audit: true, event: name, ...about })
}

/** Whoever keeps the record in this file may read it; nobody else needs to. */
const mode = 0o600

interface AuditFile {
  write(line: string): void
  reopen(): void
  close(): void
}

function openAuditFile(path: string, log: Log): AuditFile {
  let file: number | null = openNew(path)
  let failing = false
  return {
    write(line) {
      if (file === null) return
      try {
        writeSync(file, line)
        failing = false
      } catch (error) {
        if (!failing)
          log.error('The audit log cannot be written; the record in the database goes on.', { path, error })
        failing = true
      }
    },
    reopen() {
      if (file === null) return
      try {
        const next = openNew(path)
        closeSync(file)
        file = next
      } catch (error) {
        log.error('The audit log cannot be opened anew; the old file goes on.', { path, error })
      }
    },
    close() {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

/** @throws ConfigurationError */
function openNew(path: string): number {
  try {
    return openSync(path, 'a', mode)
  } catch (error) {
    throw new ConfigurationError(
      `SESSERA_AUDIT_LOG is "${path}", which cannot be written (${String(codeOf(error))}). Correct the folder's owner or mode, or leave it out: then the lines go to standard output.`,
    )
  }
}
