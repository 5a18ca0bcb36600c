// The way from a process to its store. While it is cut, calls still arrive and are carried out, but what the store
// answers comes only when the cut is over: as late as can be, and still as true as when it was said.

/** @typedef {(...args: unknown[]) => Promise<unknown>} Call */

export function createRoad() {
  /** @type {Promise<void> | null} */
  let cut = null
  let reopen = () => {}

  /**
   * @template {object} T
   * @param {T} port
   * @returns {T}
   */
  function along(port) {
    /** @type {(call: Call) => Call} */
    const late =
      (call) =>
      async (...args) => {
        try {
          return await call(...args)
        } finally {
          if (cut !== null) await cut
        }
      }
    const calls = Object.entries(port).map(([name, call]) => [name, late(call)])
    return /** @type {T} */ (Object.fromEntries(calls))
  }

  return {
    cut() {
      cut = new Promise((resolve) => {
        reopen = resolve
      })
    },
    open() {
      cut = null
      reopen()
    },
    /**
     * @param {import('sessera').Store} store
     * @returns {import('sessera').Store}
     */
    to: ({ subjects, users, sessions, keys, limits, audit, deployment, feed, close }) => ({
      subjects: along(subjects),
      users: along(users),
      sessions: along(sessions),
      keys: along(keys),
      limits: along(limits),
      audit: along(audit),
      deployment: along(deployment),
      feed: along(feed),
      close,
    }),
  }
}
