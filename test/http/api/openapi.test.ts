// The OpenAPI document is held against what the handler answers: every operation is driven, every answer checked.

import { readFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { describe, expect, test } from 'vitest'
import { createOpenApi } from '../../../packages/sessera/src/http/openapi.js'
import { administration } from '../../support/administration.js'
import { createWorld, nextPassword, password, type World } from '../../support/auth.js'
import type { Reply } from '../../support/client.js'
import { type JsonSchema, misfits } from '../../support/json-schema.js'

interface Operation {
  readonly operationId: string
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } }
  }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }>
  >
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: { readonly Problem: JsonSchema } }
}

const built: OpenApi = JSON.parse(
  readFileSync(new URL('../../../packages/sessera/dist/openapi.json', import.meta.url), 'utf8'),
)
const operations = new Map(
  Object.values(built.paths).flatMap((methods) =>
    Object.values(methods).map((operation) => [operation.operationId, operation] as const),
  ),
)

type Drive = (world: World) => Promise<readonly Reply[]>

/** For each operation, ways to make it succeed. */
const drives: Readonly<Record<string, Drive>> = {
  postRegister: (world) =>
    inEveryMode((mode) => {
      const json = { username: `new ${mode}`, password, mode, email: 'new@example.org' }
      return world.client().send('POST', '/auth/register', { json })
    }),
  postLogin: (world) =>
    inEveryMode((mode) => world.client().login('ada', password, { mode, remember: true, refresh: 'cookie' })),
  postRefresh: async (world) => [
    await (await world.signedIn('token')).refresh(),
    await (await world.signedIn('token', 'ada', { refresh: 'cookie' })).refresh(),
  ],
  postLogout: (world) => inEveryMode(async (mode) => (await world.signedIn(mode)).logout()),
  postReauthenticate: (world) =>
    inEveryMode(async (mode) => (await world.signedIn(mode)).reauthenticate(password)),
  postExchange: (world) => inEveryMode(async (mode) => (await world.signedIn('session')).exchange(mode)),
  getMe: (world) => inEveryMode(async (mode) => (await world.signedIn(mode)).me()),
  getSessions: (world) =>
    inEveryMode(async (mode) => (await world.signedIn(mode)).send('GET', '/auth/sessions')),
  deleteSessions: (world) =>
    inEveryMode(async (mode) => (await world.signedIn(mode)).send('DELETE', '/auth/sessions')),
  deleteSessionsId: async (world) => {
    const client = await world.signedIn('session')
    const { sessionId } = (await client.me()).body
    return [await client.send('DELETE', `/auth/sessions/${sessionId}`)]
  },
  postPassword: async (world) => {
    const client = await world.signedIn('session')
    return [await client.send('POST', '/auth/password', { json: { current: password, next: nextPassword } })]
  },
  getVerify: async (world) => [await (await world.signedIn('token')).send('GET', '/auth/verify')],
  getJwksJson: async (world) => [await world.client().send('GET', '/.well-known/jwks.json')],
  getOauthAuthorizationServer: async (world) => [
    await world.client().send('GET', '/.well-known/oauth-authorization-server'),
  ],
  postInvitation: async (world) => {
    const { token } = await world.auth.users.invite(await world.addUser('grace'))
    return [
      await world.client().send('POST', '/auth/invitation', { json: { token, password: nextPassword } }),
    ]
  },
  postFirstAdministrator: async (world) => {
    const token = (await world.auth.users.inviteFirstAdministrator())?.token
    const json = { token, username: 'boss', password }
    return [await world.client().send('POST', '/auth/first-administrator', { json })]
  },
  getAdminUsers: async (world) => {
    await world.auth.users.disable(await world.addUser('grace'))
    await world.auth.users.create({ username: 'hedy', email: 'hedy@example.org' })
    return [await administer(world, 'GET', 'users?limit=2&search=h'), await administer(world, 'GET', 'users')]
  },
  postAdminUsers: async (world) => [
    await administer(world, 'POST', 'users', { username: 'grace', roles: ['teller'], claims: { a: [1] } }),
  ],
  postAdminUsersImport: async (world) => {
    const users = [{ username: 'ada' }, { username: 'grace' }, { username: '' }]
    return [
      await administer(world, 'POST', 'users/import', { users, dryRun: true }),
      await administer(world, 'POST', 'users/import', { users }),
    ]
  },
  getAdminUsersId: async (world) => [await administer(world, 'GET', `users/${await world.addUser('grace')}`)],
  deleteAdminUsersId: async (world) => [
    await administer(world, 'DELETE', `users/${await world.addUser('grace')}`),
  ],
  postAdminUsersIdInvitation: async (world) => [
    await administer(world, 'POST', `users/${await world.addUser('grace')}/invitation`),
  ],
  postAdminUsersIdDisable: async (world) => [
    await administer(world, 'POST', `users/${await world.addUser('grace')}/disable`),
  ],
  postAdminUsersIdEnable: async (world) => [
    await administer(world, 'POST', `users/${await world.addUser('grace')}/enable`),
  ],
  postAdminUsersIdUnlock: async (world) => [
    await administer(world, 'POST', `users/${await world.addUser('grace')}/unlock`),
  ],
  putAdminUsersIdRoles: async (world) => [
    await administer(world, 'PUT', `users/${await world.addUser('grace')}/roles`, { roles: ['teller'] }),
  ],
  putAdminUsersIdClaims: async (world) => [
    await administer(world, 'PUT', `users/${await world.addUser('grace')}/claims`, { claims: { a: null } }),
  ],
  getAdminUsersIdSessions: async (world) => [
    await administer(world, 'GET', `users/${(await (await world.signedIn('token')).me()).body.id}/sessions`),
  ],
  deleteAdminUsersIdSessions: async (world) => [
    await administer(world, 'DELETE', `users/${await world.addUser('grace')}/sessions`),
  ],
  deleteAdminSessionsId: async (world) => {
    const { sessionId } = (await (await world.signedIn('token')).me()).body
    return [await administer(world, 'DELETE', `sessions/${sessionId}`)]
  },
  getAdminKeys: async (world) => {
    await world.auth.keys.rotate()
    return [await administer(world, 'GET', 'keys')]
  },
  postAdminKeys: async (world) => [await administer(world, 'POST', 'keys')],
  deleteAdminKeysId: async (world) => [
    await administer(world, 'DELETE', `keys/${await world.auth.keys.rotate()}`),
  ],
  getAdminAudit: async (world) => [
    await administer(world, 'GET', 'audit'),
    await administer(world, 'GET', 'audit?limit=1&order=oldest'),
  ],
  getAdminStats: async (world) => [await administer(world, 'GET', 'stats')],
  getOpenapiJson: async (world) => [await world.client().send('GET', '/auth/openapi.json')],
}

/** By an administrator who has just signed in. */
async function administer(world: World, method: string, path: string, json?: object): Promise<Reply> {
  await world.addUser('root', ['admin']).catch(() => undefined)
  const root = await world.signedIn('session', 'root')
  return await root.send(method, `/auth/admin/${path}`, json === undefined ? {} : { json })
}

async function inEveryMode(
  drive: (mode: 'session' | 'token' | 'hybrid') => Promise<Reply>,
): Promise<readonly Reply[]> {
  return [await drive('session'), await drive('token'), await drive('hybrid')]
}

test('the built document is the one that the sources make', () => {
  expect(built).toEqual(JSON.parse(JSON.stringify(createOpenApi(toJsonSchema))))
})

test('every operation of the document is driven here, and nothing else', () => {
  expect(Object.keys(drives).sort()).toEqual([...operations.keys()].sort())
  expect(new Set(operations.keys()).size).toBe(
    Object.values(built.paths).flatMap((methods) => Object.keys(methods)).length,
  )
})

describe('what is answered is what is documented', () => {
  test.each(Object.entries(drives))('%s', async (operationId, drive) => {
    const replies = await drive(await createWorld({ registration: 'open', administration }))
    const documented = operations.get(operationId)?.responses ?? {}
    for (const reply of replies) {
      const response = documented[String(reply.status)]
      expect(response, `${reply.status} ${reply.text}`).toBeDefined()
      const schema = response?.content?.['application/json']?.schema
      if (schema === undefined) expect(reply.text).toBe('')
      else expect(misfits(schema, reply.body)).toEqual([])
    }
  })

  test('and refusals are problems', async () => {
    const world = await createWorld()
    const replies = [
      await world.client().me(),
      await world.client().login('ada', 'four wrong words of length'),
      await world.client().send('POST', '/auth/login', { json: {} }),
      await world.client().send('PUT', '/auth/login'),
      await world.client().send('GET', '/auth/nothing'),
      await world
        .client()
        .send('POST', '/auth/login', { text: 'x=1', headers: { 'content-type': 'text/plain' } }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 400, 405, 404, 415])
    for (const { headers, body } of replies) {
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(misfits(built.components.schemas.Problem, body)).toEqual([])
    }
  })
})

test('a documented request body takes what the handler takes, and refuses what it refuses', async () => {
  const world = await createWorld()
  const schema = operations.get('postLogin')?.requestBody?.content['application/json'].schema
  const good = { username: 'ada', password, mode: 'token', remember: false, refresh: 'body' }
  const bad = [
    { username: 'ada' },
    { ...good, mode: 'cookie' },
    { ...good, remember: 'yes' },
    { ...good, role: 'admin' },
    { ...good, username: '' },
    { ...good, username: 'x'.repeat(321) },
    { ...good, password: 7 },
  ]
  expect(misfits(schema, good)).toEqual([])
  expect((await world.client().send('POST', '/auth/login', { json: good })).status).toBe(200)
  for (const json of bad) {
    expect(misfits(schema, json), JSON.stringify(json)).not.toEqual([])
    expect((await world.client().send('POST', '/auth/login', { json })).status).toBe(400)
  }
})
