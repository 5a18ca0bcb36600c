import type { Log, LogFields } from '../ports/log.js'
import { circumstances } from './circumstances.js'

/** The same log; lines that are written on behalf of a request say which one. */
export function logOfRequest(log: Log): Log {
  const tagged = (fields: LogFields = {}): LogFields => {
    const { requestId } = circumstances()
    return requestId === null ? fields : { requestId, ...fields }
  }
  return {
    info: (message, fields) => log.info(message, tagged(fields)),
    warn: (message, fields) => log.warn(message, tagged(fields)),
    error: (message, fields) => log.error(message, tagged(fields)),
  }
}
