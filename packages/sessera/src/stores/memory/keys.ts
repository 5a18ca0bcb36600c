import { keysChanged } from '../../domain/change.js'
import type { KeyStore } from '../../ports/store.js'
import type { Door } from './tables.js'

export function keysBehind({ tables: { keys }, step, append }: Door): KeyStore {
  const inOrder = () =>
    [...keys.values()].sort((a, b) => a.signsFrom - b.signsFrom || a.createdAt - b.createdAt)
  return {
    list: () => step(inOrder),
    add: (key, newest) =>
      step((now) => {
        if ((inOrder().at(-1)?.kid ?? null) !== newest || keys.has(key.kid)) return false
        keys.set(key.kid, Object.freeze({ ...key }))
        append(keysChanged(key.kid), now)
        return true
      }),
    remove: (kid) =>
      step((now) => {
        if (!keys.delete(kid)) return false
        append(keysChanged(kid), now)
        return true
      }),
  }
}
