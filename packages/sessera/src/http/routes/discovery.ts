// What everyone else's libraries need in order to check our tokens, and the description of this API.

import { readFile } from 'node:fs/promises'
import * as shape from '../contract.js'
import type { HttpCore } from '../core.js'
import { open, type Route } from '../route.js'

const cacheFor5Minutes = [['Cache-Control', 'public, max-age=300']] as const
// Written by the build from the same schemas that validate; from src/ and from dist/ the same number of steps away.
const openApiFile = new URL('../../../dist/openapi.json', import.meta.url)

interface Document {
  readonly paths: Readonly<Record<string, object>>
}

export const discoveryRoutes: readonly Route[] = [
  open({
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The public keys that verify access tokens (RFC 7517).',
    success: { status: 200, schema: shape.jwks },
    answer: async ({ core }) => ({ status: 200, json: core.jwks(), headers: cacheFor5Minutes }),
  }),
  open({
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    summary: 'Where the keys are (RFC 8414).',
    success: { status: 200, schema: shape.serverMetadata },
    async answer({ core }) {
      const { origin } = core.origins
      return {
        status: 200,
        json: {
          issuer: origin,
          jwks_uri: `${origin}/.well-known/jwks.json`,
          response_types_supported: [],
          grant_types_supported: [],
        },
        headers: cacheFor5Minutes,
      }
    },
  }),
  open({
    method: 'GET',
    path: '{base}/openapi.json',
    summary: 'This description (OpenAPI 3.1).',
    success: { status: 200, schema: shape.openApi },
    answer: async ({ core }) => ({ status: 200, json: await describe(core), headers: cacheFor5Minutes }),
  }),
]

/** Anybody may ask for it, and making it costs more than all else that strangers may ask for: each Auth makes it once. */
const descriptions = new WeakMap<HttpCore, Promise<Document>>()

function describe(core: HttpCore): Promise<Document> {
  const made = descriptions.get(core)
  if (made !== undefined) return made
  const making = readDescription(core)
  descriptions.set(core, making)
  making.catch(() => descriptions.delete(core))
  return making
}

/** Without the routes that this Auth does not have. */
async function readDescription(core: HttpCore): Promise<Document> {
  const document = JSON.parse(await readFile(openApiFile, 'utf8')) as Document
  const paths = Object.entries(document.paths).flatMap(([path, operations]) => {
    const here = path.replace(/^\/auth(?=\/)/, core.basePath)
    return core.match(here.replace('{id}', 'id')) === null ? [] : [[here, operations]]
  })
  return { ...document, paths: Object.fromEntries(paths) }
}
