// One Auth under control: a clock that moves when told, passwords that cost nothing, a store that can be meddled with.

import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Auth } from '../../packages/sessera/src/auth.js'
import { createAuthWith } from '../../packages/sessera/src/create-auth-with.js'
import type { Mode } from '../../packages/sessera/src/domain/principal.js'
import type { AuthOptions } from '../../packages/sessera/src/options.js'
import type { Events } from '../../packages/sessera/src/ports/events.js'
import type { Log, LogFields } from '../../packages/sessera/src/ports/log.js'
import type { Passwords } from '../../packages/sessera/src/ports/passwords.js'
import type { StoreSource } from '../../packages/sessera/src/ports/store.js'
import type { UserSource } from '../../packages/sessera/src/ports/user-source.js'
import { memory } from '../../packages/sessera/src/stores/memory.js'
import { sqlite } from '../../packages/sessera/src/stores/sqlite.js'
import { createFakeClock, type FakeClock } from '../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../packages/sessera/src/testing/seeded-random.js'
import { Client } from './client.js'
import { temporaryFolder } from './folder.js'
import { createForeignUsers, type ForeignUsers } from './foreign-users.js'
import { createMeddledStore, type MeddledStore } from './meddled-store.js'

export { atOnce, tally } from './many.js'

export const origin = 'https://app.example'
export const trusted = 'https://admin.example'
export const password = 'four words of some length'
export const serverSecret = 'a server secret for tests, and long enough'
export const nextPassword = 'some other words of length'

export interface TestPasswords extends Passwords {
  /** The hashes that were verified against, null for nobody's. */
  readonly verified: (string | null)[]
  /** Runs before each verification; null: nothing does. */
  beforeVerify: (() => Promise<void>) | null
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  readonly fields: LogFields
}

export type EventLine = { readonly [E in keyof Events]: { readonly name: E } & Events[E] }[keyof Events]

export interface World<C extends object = object> {
  readonly auth: Auth<C>
  readonly clock: FakeClock
  readonly store: MeddledStore
  readonly passwords: TestPasswords
  readonly events: readonly EventLine[]
  readonly log: readonly LogLine[]
  /** Null where Sessera keeps the users itself. */
  readonly foreign: ForeignUsers | null
  addUser(username: string, roles?: readonly string[]): Promise<string>
  setRoles(userId: string, roles: readonly string[]): Promise<void>
  client(): Client
  /** Signed in as `username`, who has `password`. */
  signedIn(mode: Mode, username?: string, how?: object): Promise<Client>
}

export interface WorldOptions<C extends object = object> extends Partial<AuthOptions<C>> {
  /** Whose users. Default: ours. */
  readonly foreign?: ForeignUsers & { readonly source: UserSource<C> }
  readonly clock?: FakeClock
  readonly seed?: string
  /** Without ada: a second process on a store that has her already. */
  readonly empty?: true
}

export function createTestPasswords(): TestPasswords {
  const passwords: TestPasswords = {
    verified: [],
    beforeVerify: null,
    hash: async (text) => `plain:${text}`,
    async verify(hash, text) {
      passwords.verified.push(hash)
      await passwords.beforeVerify?.()
      return hash === `plain:${text}`
    },
    isOutdated: () => false,
    isImportable: () => null,
    admit: (work) => work(),
    load: () => ({ running: 0, waiting: 0, refused: 0 }),
  }
  return passwords
}

/** A world with the user `ada`, who is a teller. It ends with the test. */
export async function createWorld<C extends object = object>(
  options: WorldOptions<C> = {},
): Promise<World<C>> {
  const {
    foreign = null,
    clock = createFakeClock(),
    seed = 'world',
    empty = false,
    store: inner = memory(),
    ...rest
  } = options
  const store = createMeddledStore(inner)
  const passwords = createTestPasswords()
  const lines: LogLine[] = []
  const events: EventLine[] = []
  const auth = createAuthWith<C>(
    {
      origin,
      trustedOrigins: [trusted],
      secrets: [serverSecret],
      // No reads of the feed but those that a request asks for: what a test counts, it has caused.
      follow: 'on-demand',
      ...(foreign === null ? {} : { users: foreign.source }),
      ...rest,
      store: store.source,
    },
    { clock, random: createSeededRandom(seed), passwords, log: logInto(lines) },
  )
  onTestFinished(() => auth.close())
  for (const name of eventNames) auth.on(name, (event) => events.push({ name, ...event } as EventLine))

  const world: World<C> = {
    auth,
    clock,
    store,
    passwords,
    events,
    log: lines,
    foreign,
    async addUser(username, roles = []) {
      if (foreign !== null) return foreign.add({ username, passwordHash: `plain:${password}`, roles })
      return (await auth.users.create({ username, password, roles })).id
    },
    async setRoles(userId, roles) {
      if (foreign === null) return auth.users.setRoles(userId, roles)
      foreign.row(userId).roles = roles
      return auth.users.changed(userId)
    },
    client: () => new Client(origin, (request) => auth.fetch(request)),
    async signedIn(mode, username = 'ada', how = {}) {
      const client = world.client()
      const { status, text } = await client.login(username, password, { mode, ...how })
      if (status !== 200) throw new Error(`Could not sign in: ${status} ${text}`)
      return client
    },
  }
  if (!empty) await world.addUser('ada', ['teller'])
  return world
}

const eventNames = ['userCreated', 'signedIn', 'signInFailed', 'sessionEnded', 'userChanged'] as const

function logInto(lines: LogLine[]): Log {
  const write =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push({ level, message, fields })
  return { info: write('info'), warn: write('warn'), error: write('error') }
}

export function temporarySqlite(): StoreSource {
  return sqlite(join(temporaryFolder(), 'auth.db'))
}

/** The three ways in which the kernel meets the world. */
export const setUps: readonly { readonly name: string; create(options?: WorldOptions): Promise<World> }[] = [
  { name: 'memory', create: (options) => createWorld(options) },
  { name: 'sqlite', create: (options) => createWorld({ store: temporarySqlite(), ...options }) },
  {
    name: "the app's own users",
    create: (options) => createWorld({ foreign: createForeignUsers(), ...options }),
  },
]
