// Every store meets the published contract, on its real engine.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StoreSource } from '../../packages/sessera/src/ports/store.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { storeCases } from '../../packages/sessera/src/testing/store-cases.js'
import { temporaryFolder } from '../support/folder.js'

const stores: readonly { readonly name: string; source(): StoreSource }[] = [
  { name: 'memory', source: memory },
  { name: 'sqlite', source: () => sqlite(join(temporaryFolder(), 'auth.db')) },
]

describe.each(stores)('$name', ({ source }) => {
  test.each(storeCases)('$name', async ({ run }) => {
    const clock = createFakeClock()
    const means = { clock, random: createSeededRandom('conformance'), keepChangesMs: 360_000 }
    const underTest = source()
    await run({ ...means, open: () => underTest.open(means) })
  })
})

test('no two cases have the same name', () => {
  const names = storeCases.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
