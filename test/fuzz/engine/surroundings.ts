// What no input may change: the things that all code of a process shares.

import { Violation } from './target.js'

const shared: Readonly<Record<string, object>> = {
  globalThis,
  Object: Object.prototype,
  Array: Array.prototype,
  String: String.prototype,
  Number: Number.prototype,
  Boolean: Boolean.prototype,
  Function: Function.prototype,
  RegExp: RegExp.prototype,
  Error: Error.prototype,
  Promise: Promise.prototype,
  Map: Map.prototype,
  Set: Set.prototype,
  Buffer: Buffer.prototype,
  Uint8Array: Uint8Array.prototype,
  JSON,
  Math,
  Reflect,
}

export interface Surroundings {
  /** Cheap: what a polluted prototype shows at once. */
  refuseEnumerable(): void
  /** Every property of everything shared. */
  refuseChange(): void
}

/** As they are now. */
export function rememberSurroundings(): Surroundings {
  const before = picture()
  return {
    refuseEnumerable() {
      for (const name in {}) throw new Violation('an input changed Object.prototype', name)
      for (const name in []) throw new Violation('an input changed Array.prototype', name)
    },
    refuseChange() {
      const now = picture()
      for (const [name, properties] of before) {
        const found = now.get(name)
        for (const key of new Set([...properties.keys(), ...(found?.keys() ?? [])])) {
          if (!Object.is(properties.get(key), found?.get(key))) {
            throw new Violation('an input changed something shared', `${name}.${String(key)}`)
          }
        }
      }
    },
  }
}

function picture(): Map<string, Map<PropertyKey, unknown>> {
  return new Map(
    Object.entries(shared).map(([name, object]) => [
      name,
      new Map(
        Reflect.ownKeys(object).map((key) => {
          // Node makes some of the globals when they are first used.
          if (object === globalThis) return [typeof key === 'symbol' ? 'a symbol' : key, null]
          const { value, get } = Reflect.getOwnPropertyDescriptor(object, key) ?? {}
          return [key, value ?? get]
        }),
      ),
    ]),
  )
}
