// Structured lines on stdout, one JSON object each. Never holds a credential: callers keep them out.

import { pino, stdSerializers } from 'pino'
import { ConfigurationError, type Log, type LogFields } from 'sessera'

export interface Logger extends Log {
  /** Something for whoever watches the start: a plain sentence on a terminal, else a line like the others. */
  announce(sentence: string): void
}

export interface LoggerOptions {
  /** Whether a person reads stdout. */
  readonly terminal: boolean
  /** Which of several workers writes; said in every line. */
  readonly worker?: number
}

export function createLogger({ terminal, worker }: LoggerOptions): Logger {
  const lines = pino({
    base: worker === undefined ? null : { worker },
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
    serializers: { error: serialize },
  })
  const log = {
    info: (message: string, fields: LogFields = {}) => lines.info(fields, message),
    warn: (message: string, fields: LogFields = {}) => lines.warn(fields, message),
    error: (message: string, fields: LogFields = {}) => lines.error(fields, message),
  }
  return {
    ...log,
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
