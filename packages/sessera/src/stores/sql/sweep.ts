import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Answer } from '../../ports/store.js'
import type { Driver, Statement } from './driver.js'

/** Rows that one step of a sweep removes, so that the morning after a busy day does not hold up sign-ins. */
export const sweepBatch = 500

/** Runs a `DELETE … LIMIT sweepBatch … RETURNING` until it finds nothing more. Answers with how many rows it removed. */
export async function sweep(driver: Driver, statement: Statement): Promise<Answer<number>> {
  let removed = 0
  for (;;) {
    const { value, now } = await driver.write(statement)
    removed += value.length
    if (value.length === 0) return { value: removed, now }
    await nextTurn()
  }
}
