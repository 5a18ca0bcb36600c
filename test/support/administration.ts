// A world with administration over HTTP, and an administrator who calls it through a real socket.

import type { Mode } from '../../packages/sessera/src/domain/principal.js'
import { createWorld, type World, type WorldOptions } from './auth.js'
import type { Client } from './client.js'
import { serve } from './server.js'

export const administration = {
  role: 'admin',
  invitationLink: 'https://app.example/welcome?invitation={token}',
} as const

export interface Answered<T> {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: T
}

export interface Administration {
  readonly world: World
  /** Of `root`, who administers. */
  readonly rootId: string
  readonly root: Client
  /** What `root` is answered. `T` is the caller's word for what the answer holds; undefined without a body. */
  ask<T = { readonly code: string; readonly detail: string }>(
    method: string,
    path: string,
    json?: unknown,
  ): Promise<Answered<T>>
}

export async function createAdministration(
  options: WorldOptions = {},
  mode: Mode = 'session',
): Promise<Administration> {
  const world = await createWorld({ administration, ...options })
  const rootId = await world.addUser('root', ['admin'])
  const root = await world.signedIn(mode, 'root')
  const server = await serve(world)
  return {
    world,
    rootId,
    root,
    async ask<T>(method: string, path: string, json?: unknown): Promise<Answered<T>> {
      const { status, headers, body } = await server.send({
        method,
        path,
        headers: Object.entries(root.headers()),
        ...(json === undefined ? {} : { json }),
      })
      const parsed: T = body === '' ? undefined : JSON.parse(body)
      return { status, headers: new Map(headers), body: parsed }
    },
  }
}
