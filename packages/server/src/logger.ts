// Structured lines on stdout, one JSON object each. Never holds a credential: callers keep them out.

import { type DestinationStream, pino, stdSerializers } from 'pino'
import { ConfigurationError, type Log, type LogFields } from 'sessera'

export const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Logger extends Log {
  debug(message: string, fields?: LogFields): void
  /** Lines below it are left out from now on. At first: `info`. */
  setLevel(level: LogLevel): void
  /** Something for whoever watches the start: a plain sentence on a terminal, else a line like the others. */
  announce(sentence: string): void
}

export interface LoggerOptions {
  /** Whether a person reads stdout. */
  readonly terminal: boolean
  /** Which of several workers writes; said in every line. */
  readonly worker?: number
  /** Where the lines go. Default: stdout. */
  readonly to?: DestinationStream
}

export function createLogger({ terminal, worker, to }: LoggerOptions): Logger {
  const format = {
    base: worker === undefined ? null : { worker },
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level: string) => ({ level }) },
    serializers: { error: serialize },
  }
  const lines = to === undefined ? pino(format) : pino(format, to)
  const log = {
    debug: (message: string, fields: LogFields = {}) => lines.debug(fields, message),
    info: (message: string, fields: LogFields = {}) => lines.info(fields, message),
    warn: (message: string, fields: LogFields = {}) => lines.warn(fields, message),
    error: (message: string, fields: LogFields = {}) => lines.error(fields, message),
  }
  return {
    ...log,
    setLevel(level) {
      lines.level = level
    },
    announce(sentence) {
      if (terminal) process.stdout.write(`${sentence}\n`)
      else log.info(sentence)
    },
  }
}

/** A mistake of the operator is explained by its sentence alone; where the code stood then helps nobody. */
function serialize(error: unknown): unknown {
  if (error instanceof ConfigurationError) return error.message
  return error instanceof Error ? stdSerializers.errWithCause(error) : error
}
