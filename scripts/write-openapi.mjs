// Writes packages/sessera/dist/openapi.json. The library makes the document from its own schemas, and is handed the
// converter, which is a development dependency, so that nobody installs it.

import { writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { createOpenApi } from '../packages/sessera/dist/http/openapi.js'

const target = new URL('../packages/sessera/dist/openapi.json', import.meta.url)
writeFileSync(target, `${JSON.stringify(createOpenApi(toJsonSchema), null, 2)}\n`)
