// What everyone else's libraries need in order to check our tokens, and the description of this API.

import { readFile } from 'node:fs/promises'
import * as shape from '../contract.js'
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
    async answer({ core }) {
      const document = JSON.parse(await readFile(openApiFile, 'utf8')) as Document
      const paths = Object.entries(document.paths).flatMap(([path, operations]) => {
        const here = path.replace(/^\/auth(?=\/)/, core.basePath)
        return core.match(here.replace('{id}', 'id')) === null ? [] : [[here, operations]]
      })
      const json = { ...document, paths: Object.fromEntries(paths) }
      return { status: 200, json, headers: cacheFor5Minutes }
    },
  }),
]
