// From a key to what it stands for, in many small maps: growing one of them, or tidying it up, takes no time that anyone
// notices.

import { digestLength } from './spread.js'

export interface Keys<T> {
  find(key: string): T | null
  add(key: string, value: T): void
  remove(key: string): void
}

const shardCount = 1024

export function createKeys<T>(): Keys<T> {
  const shards: (Map<string, T> | undefined)[] = new Array(shardCount).fill(undefined)
  return {
    find: (key) => (key.length === digestLength ? (shards[shardOf(key)]?.get(key) ?? null) : null),
    add(key, value) {
      const shard = shardOf(key)
      const map = shards[shard]
      if (map === undefined) shards[shard] = new Map([[key, value]])
      else map.set(key, value)
    },
    remove: (key) => void shards[shardOf(key)]?.delete(key),
  }
}

/** By bits of a SHA-256 digest: whoever searches for credentials that share them fills one small map, which is still a map. */
function shardOf(key: string): number {
  return (key.charCodeAt(0) | (key.charCodeAt(1) << 8)) & (shardCount - 1)
}
