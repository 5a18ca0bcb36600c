// A log that keeps nothing, for tests that are about something else.

import type { Log } from '../../packages/sessera/src/ports/log.js'

const nothing = (): void => undefined

export const silentLog: Log = { info: nothing, warn: nothing, error: nothing }
