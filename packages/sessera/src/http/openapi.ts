// OpenAPI 3.1 from the very schemas and routes that serve: what is documented is what is checked.

import * as shape from './contract.js'
import type { Route, Schema } from './route.js'
import { routesFor } from './routes.js'

/** `output`: of what is made of a value, as numbers are of the digits in a query. */
type ToJsonSchema = (schema: Schema, how?: { readonly typeMode: 'output' }) => object

/**
 * Of everything that any server of ours may answer; each leaves out what it does not offer.
 *
 * @param toJsonSchema from valibot to JSON Schema 2020-12; used by the build only, so the library does not carry it.
 */
export function createOpenApi(toJsonSchema: ToJsonSchema): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routesFor({ adminRole: 'admin', ownUsers: true })) {
    const path = route.path.replace('{base}', '/auth')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, toJsonSchema) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sessera',
      version: '1',
      description: 'One session record, held as a cookie, as an access/refresh token pair, or both.',
    },
    paths,
    components: {
      schemas: { Problem: toJsonSchema(shape.problem) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        sessionCookie: { type: 'apiKey', in: 'cookie', name: '__Host-sessera-session' },
      },
    },
  }
}

function operation(route: Route, toJsonSchema: ToJsonSchema): object {
  const { summary, body, demands, success } = route
  const parameters = parametersOf(route, toJsonSchema)
  return {
    summary,
    operationId: operationId(route),
    security: demands === null ? [] : [{ bearer: [] }, { sessionCookie: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: !body.optional,
            content: { 'application/json': { schema: toJsonSchema(body.schema) } },
          },
        }),
    responses: {
      [success.status]: {
        description: 'Success',
        ...(success.schema === null
          ? {}
          : { content: { 'application/json': { schema: toJsonSchema(success.schema) } } }),
      },
      default: {
        description: 'Refused: see docs/errors.md for the codes.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function parametersOf({ path, query }: Route, toJsonSchema: ToJsonSchema): readonly object[] {
  const inPath = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
  const { properties = {}, required = [] } =
    query === null ? {} : (toJsonSchema(query, { typeMode: 'output' }) as ObjectSchema)
  const inQuery = Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema }
  })
  return path.includes('{id}') ? [inPath, ...inQuery] : inQuery
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

function operationId({ method, path }: Route): string {
  const words = path
    .replace('{base}', '')
    .replace('.well-known', '')
    .split(/[^a-z]+/i)
    .filter((word) => word !== '')
  return [method.toLowerCase(), ...words.map((word) => word[0]?.toUpperCase() + word.slice(1))].join('')
}
