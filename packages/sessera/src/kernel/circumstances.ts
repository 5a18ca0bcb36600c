// Who acts, from where, in which request: what the record and the log lines say beside the event itself. A kernel carries
// them, so that no use case has to hand them on; they decide nothing but at which address attempts are counted.

import type { Log, LogFields } from '../ports/log.js'
import type { Kernel } from './kernel.js'

export interface Circumstances {
  /** A user id, or what the app or the command line calls itself. Null: nobody who is known. */
  readonly actorId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

export const nowhere: Circumstances = Object.freeze({
  actorId: null,
  ip: null,
  userAgent: null,
  requestId: null,
})

/** The same kernel for what goes on under these, on top of those that it carries already. */
export function under(kernel: Kernel, known: Partial<Circumstances>): Kernel {
  const circumstances = { ...kernel.circumstances, ...known }
  const { requestId } = known
  return {
    ...kernel,
    circumstances,
    record(name, about = {}) {
      const { actorId, ip, userAgent, requestId } = circumstances
      kernel.audit.record(name, {
        ...about,
        actorId: about.actorId === undefined ? actorId : about.actorId,
        ip: about.ip ?? ip,
        userAgent: about.userAgent ?? userAgent,
        requestId: about.requestId ?? requestId,
      })
    },
    events: {
      on: kernel.events.on,
      emit: (name, event, id = circumstances.requestId) => kernel.events.emit(name, event, id),
    },
    log: requestId === undefined || requestId === null ? kernel.log : tagged(kernel.log, requestId),
  }
}

/** The same log; every line says on behalf of which request it is written. */
function tagged(log: Log, requestId: string): Log {
  const withId = (fields: LogFields = {}): LogFields => ({ requestId, ...fields })
  return {
    info: (message, fields) => log.info(message, withId(fields)),
    warn: (message, fields) => log.warn(message, withId(fields)),
    error: (message, fields) => log.error(message, withId(fields)),
  }
}
