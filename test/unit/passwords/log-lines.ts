// A log that keeps what it is told.

import type { Log, LogFields } from '../../../packages/sessera/src/ports/log.js'

export interface LogLines extends Log {
  readonly lines: {
    readonly level: 'info' | 'warn' | 'error'
    readonly message: string
    readonly fields: LogFields
  }[]
}

export function createLogLines(): LogLines {
  const lines: LogLines['lines'] = []
  return {
    lines,
    info: (message, fields = {}) => void lines.push({ level: 'info', message, fields }),
    warn: (message, fields = {}) => void lines.push({ level: 'warn', message, fields }),
    error: (message, fields = {}) => void lines.push({ level: 'error', message, fields }),
  }
}
