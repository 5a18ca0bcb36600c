// A store and a clock that count how often they are asked.

/** @typedef {import('sessera').StoreSource} StoreSource */

/**
 * @param {StoreSource} source
 * @returns {{ source: StoreSource, calls: Map<string, number> }} calls by name, such as `sessions.find`
 */
export function countCalls(source) {
  /** @type {Map<string, number>} */
  const calls = new Map()
  /**
   * @template {object} T
   * @param {string} name
   * @param {T} port
   * @returns {T}
   */
  const counted = (name, port) =>
    new Proxy(port, {
      get(target, method) {
        const value = Reflect.get(target, method)
        if (typeof value !== 'function') return value
        return (/** @type {unknown[]} */ ...args) => {
          const key = `${name}.${String(method)}`
          calls.set(key, (calls.get(key) ?? 0) + 1)
          return Reflect.apply(value, target, args)
        }
      },
    })
  return {
    calls,
    source: {
      async open(means) {
        const store = await source.open(means)
        return {
          subjects: counted('subjects', store.subjects),
          users: counted('users', store.users),
          sessions: counted('sessions', store.sessions),
          keys: counted('keys', store.keys),
          limits: counted('limits', store.limits),
          audit: counted('audit', store.audit),
          deployment: counted('deployment', store.deployment),
          feed: counted('feed', store.feed),
          close: () => store.close(),
        }
      },
    },
  }
}

/**
 * @param {{ now(): number, monotonic(): number }} clock
 * @returns {{ clock: { now(): number, monotonic(): number }, readings: { wall: number, monotonic: number } }}
 */
export function countReadings(clock) {
  const readings = { wall: 0, monotonic: 0 }
  return {
    readings,
    clock: {
      now() {
        readings.wall++
        return clock.now()
      },
      monotonic() {
        readings.monotonic++
        return clock.monotonic()
      },
    },
  }
}
