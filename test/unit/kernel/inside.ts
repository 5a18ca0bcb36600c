// A kernel without its door: use cases are called as functions, and a test can act between two of their steps.

import { onTestFinished } from 'vitest'
import { parseDemands } from '../../../packages/sessera/src/domain/demands.js'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import { createEventHub } from '../../../packages/sessera/src/kernel/events.js'
import type { Grant } from '../../../packages/sessera/src/kernel/grant.js'
import type { Kernel } from '../../../packages/sessera/src/kernel/kernel.js'
import type { Presented } from '../../../packages/sessera/src/kernel/recognise.js'
import { signIn } from '../../../packages/sessera/src/kernel/sign-in.js'
import { createUser } from '../../../packages/sessera/src/kernel/sign-up.js'
import { openKernel } from '../../../packages/sessera/src/open-kernel.js'
import { type AuthOptions, parseOptions } from '../../../packages/sessera/src/options.js'
import type { Events } from '../../../packages/sessera/src/ports/events.js'
import type { Log } from '../../../packages/sessera/src/ports/log.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createFakeClock, type FakeClock } from '../../../packages/sessera/src/testing/fake-clock.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import {
  createTestPasswords,
  origin,
  password,
  serverSecret,
  type TestPasswords,
} from '../../support/auth.js'
import type { ForeignUsers } from '../../support/foreign-users.js'
import { createMeddledStore, type MeddledStore } from '../../support/meddled-store.js'

export const local = parseDemands({ check: 'local' })
export const feed = parseDemands({ check: 'feed' })
export const store = parseDemands({ check: 'store' })
export const nothing: Presented = { bearer: null, sessionCookie: null, accessCookie: null }

export interface Inside {
  readonly kernel: Kernel
  readonly clock: FakeClock
  /** Of the store alone. */
  readonly storeClock: FakeClock
  readonly store: MeddledStore
  readonly passwords: TestPasswords
  readonly audited: readonly Events['audited'][]
  readonly events: readonly (readonly [keyof Events, object])[]
  readonly warnings: readonly string[]
  /** Of ada, a teller, who has `password`. */
  readonly userId: string
  addUser(username: string, roles?: readonly string[]): Promise<string>
  signIn(mode: Mode, username?: string): Promise<Grant>
  /** Time passes, here and at the store. */
  pass(ms: number): void
}

export interface InsideOptions extends Partial<AuthOptions<object>> {
  readonly foreign?: ForeignUsers
}

export async function openInside({ foreign, ...chosen }: InsideOptions = {}): Promise<Inside> {
  const clock = createFakeClock()
  const storeClock = createFakeClock()
  const inner = memory()
  const meddled = createMeddledStore({ open: (means) => inner.open({ ...means, clock: storeClock }) })
  const passwords = createTestPasswords()
  const warnings: string[] = []
  const warn = (message: string): void => void warnings.push(message)
  const log: Log = { info: () => undefined, warn, error: warn }
  const hub = createEventHub(log)
  const audited: Events['audited'][] = []
  hub.on('audited', (event) => audited.push(event))
  const events: (readonly [keyof Events, object])[] = []
  for (const name of ['userCreated', 'signedIn', 'signInFailed', 'sessionEnded', 'userChanged'] as const)
    hub.on(name, (event) => events.push([name, event]))
  const options: AuthOptions<object> = {
    origin,
    secrets: [serverSecret],
    follow: 'on-demand',
    ...(foreign === undefined ? {} : { users: foreign.source }),
    ...chosen,
    store: meddled.source,
  }
  const random = createSeededRandom('inside')
  const { kernel, close } = await openKernel(
    options,
    parseOptions(options),
    { clock, random, passwords, log },
    hub,
  )
  onTestFinished(() => {
    meddled.meddle(null)
    return close()
  })

  async function addUser(username: string, roles: readonly string[] = []): Promise<string> {
    if (foreign !== undefined) return foreign.add({ username, passwordHash: `plain:${password}`, roles })
    return (await createUser(kernel, { username, password, email: null, roles, claims: {} })).id
  }
  const userId = await addUser('ada', ['teller'])
  return {
    kernel,
    clock,
    storeClock,
    store: meddled,
    passwords,
    audited,
    events,
    warnings,
    userId,
    addUser,
    signIn: (mode, login = 'ada') => signIn(kernel, { login, password, mode, remember: false, device: null }),
    pass(ms) {
      clock.advance(ms)
      storeClock.advance(ms)
    },
  }
}

/** What a client presents that was granted this. */
export function presentedOf({ mode, handle, accessToken }: Grant): Presented {
  if (mode === 'token') return { ...nothing, bearer: accessToken }
  return { ...nothing, sessionCookie: handle, accessCookie: accessToken }
}
