// The refresh token, where the app keeps it. Invariant: what is stored is used up once the next one is there, so a next one that
// could not be stored opens in its place, for as long as this program runs.

import type { RefreshTokenStorage } from './types.js'

export interface Keeper {
  /** Undefined: the browser has it. */
  load(): Promise<string | null | undefined>
  /** @param isOfNew whether it is of a session that does not begin where it cannot be saved */
  save(token: string | null, isOfNew?: boolean): Promise<void>
}

export function createKeeper(storage: RefreshTokenStorage | null): Keeper {
  let unsaved: string | null = null
  return {
    load: async () => unsaved ?? (await storage?.load()),
    async save(token, isOfNew = false) {
      if (!isOfNew) unsaved = token
      await storage?.save(token)
      unsaved = null
    },
  }
}
