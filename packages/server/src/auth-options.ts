// From the configuration to the options of the library: one place for the server and every command, so that both mean
// the same users, the same credentials and the same rules.

import { join } from 'node:path'
import { type AuthOptions, createRangeCheck, type Log, type StoreSource } from 'sessera'
import { sqlite } from 'sessera/sqlite'
import type { Config } from './config.js'

/** Whoever has it may administer, over HTTP too. */
export const adminRole = 'admin'

export interface AuthOptionsMeans {
  readonly secrets: readonly string[]
  readonly log: Log
  /** Default: the database of the data folder. */
  readonly store?: StoreSource
}

export function authOptionsOf(config: Config, { secrets, log, store }: AuthOptionsMeans): AuthOptions {
  const { origin, registration, trustedProxies, peppers, appName, breachUrl, dataFolder } = config
  return {
    origin,
    store: store ?? sqlite(databaseOf(dataFolder)),
    secrets,
    registration,
    trustedProxies,
    passwords: {
      peppers,
      contextWords: appName === null ? [] : [appName],
      ...(breachUrl === null ? {} : { isBreached: createRangeCheck({ url: breachUrl }) }),
    },
    administration: { role: adminRole, invitationLink: `${origin}/welcome?invitation={token}` },
    log,
  }
}

export function databaseOf(dataFolder: string): string {
  return join(dataFolder, 'sessera.db')
}
