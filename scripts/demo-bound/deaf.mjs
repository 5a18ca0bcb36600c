// The planted fault: a store whose feed has nothing new to say any more, and says so every time it is asked.
// No code of ours does that. It shows that whoever judges here would notice.

/**
 * @param {import('sessera').Store} store
 * @returns {import('sessera').Store}
 */
export function deaf(store) {
  return {
    ...store,
    feed: {
      ...store.feed,
      async read(after, limit) {
        const { value, now } = await store.feed.read(after, limit)
        return { value: { ...value, entries: [], head: after }, now }
      },
    },
  }
}
