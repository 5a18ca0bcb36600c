// What was found once stays mended, and what led somewhere once still holds: every seed, find and corpus input again.

import { describe, expect, it } from 'vitest'
import { loadCorpus, loadFinds } from './engine/storage.js'
import { rememberSurroundings } from './engine/surroundings.js'
import { findChange, tryOut } from './engine/trial.js'
import { targets } from './targets.js'

describe.each(Object.entries(targets))('%s', (name, load) => {
  it('holds for its seeds and its corpus', async () => {
    const target = await load()
    const around = rememberSurroundings()
    for (const input of [...target.seeds, ...loadCorpus(name)]) {
      const { find } = await tryOut(target, input, around)
      expect(find, JSON.stringify(input)).toBeNull()
    }
    expect(findChange(around)).toBeNull()
    await target.close?.()
  })

  it('holds for what was found once', async () => {
    const target = await load()
    const around = rememberSurroundings()
    for (const { file, input } of loadFinds(name)) {
      const { find } = await tryOut(target, input, around)
      expect(find, file).toBeNull()
    }
    await target.close?.()
  })

  it('has inputs of one form', async () => {
    const target = await load()
    const inputs = [...target.seeds, ...loadCorpus(name), ...loadFinds(name).map(({ input }) => input)]
    expect(new Set(inputs.map(({ length }) => length)).size).toBe(1)
    expect(target.name).toBe(name)
    await target.close?.()
  })
})
