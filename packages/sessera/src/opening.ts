// Opens something once, shared by all who wait for it. A failed attempt is made again by the next who asks.

export interface Opening<T> {
  /** @throws whatever opening threw. */
  ready(): Promise<T>
  /** Null until it is open. */
  current(): T | null
  close(): Promise<void>
}

export function createOpening<T extends { close(): Promise<void> }>(open: () => Promise<T>): Opening<T> {
  let attempt: Promise<T> | null = null
  let opened: T | null = null
  let closed = false

  async function begin(): Promise<T> {
    try {
      const result = await open()
      opened = result
      return result
    } catch (error) {
      attempt = null
      throw error
    }
  }

  return {
    ready() {
      if (closed) return Promise.reject(new Error('This Auth is closed.'))
      attempt ??= begin()
      return attempt
    },
    current: () => (closed ? null : opened),
    async close() {
      if (closed) return
      closed = true
      const [outcome] = await Promise.allSettled([attempt])
      if (outcome.status === 'fulfilled') await outcome.value?.close()
    },
  }
}
