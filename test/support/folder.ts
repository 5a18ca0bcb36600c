// Folders for what a test writes: each is new and empty, and outside of the repository.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** For several tests: whoever made it removes it. */
export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'sessera-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Goes when the test ends. */
export function temporaryFolder(): string {
  const { path, remove } = makeFolder()
  onTestFinished(remove)
  return path
}
