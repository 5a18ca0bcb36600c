// Removes what the build and the tests leave behind; .cache/ (downloaded Nodes) stays.

import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

for (const path of ['packages/sessera/dist', 'packages/server/dist', 'test-results', 'coverage']) {
  rmSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), { recursive: true, force: true })
}
