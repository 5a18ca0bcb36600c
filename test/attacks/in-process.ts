// The catalogue against a server inside of the test: each attack has a world of its own, and may look behind it.

import { onTestFinished, test } from 'vitest'
import { createFormTokens } from '../../packages/server/src/pages/form-token.js'
import { createPages, type Pages } from '../../packages/server/src/pages/routes.js'
import { algorithms, importKey, type SigningKey } from '../../packages/sessera/src/credentials/algorithms.js'
import { openSealedKey } from '../../packages/sessera/src/credentials/sealed-key.js'
import { createServerKeys } from '../../packages/sessera/src/credentials/server-keys.js'
import { forNode } from '../../packages/sessera/src/frameworks/node.js'
import {
  createWorld,
  origin,
  password,
  serverSecret,
  temporarySqlite,
  type World,
  type WorldOptions,
} from '../support/auth.js'
import { serve } from '../support/server.js'
import { silentLog } from '../support/silent-log.js'
import { forge } from '../unit/credentials/forge.js'
import type { Inside, Target } from './catalogue/attack.js'
import { type FamilyName, families } from './catalogue/index.js'
import { reach, setTrap } from './catalogue/reach.js'

/** One test for each attack of that family. */
export function tryFamily(name: FamilyName): void {
  for (const attack of families[name]) {
    test(`${attack.line}: ${attack.what}`, async () => {
      if (!attack.inside) return await attack.run((await openTarget({ registration: 'open' })).target)
      const store = attack.sqlite ? { store: temporarySqlite() } : {}
      const { target, inside } = await openTarget({ ...attack.world, ...store })
      await attack.run(target, inside)
    })
  }
}

async function openTarget(
  options: WorldOptions = {},
): Promise<{ readonly target: Target; readonly inside: Inside }> {
  const world = await createWorld(options)
  await world.addUser('eve')
  await world.addUser('vic')
  const target = await targetOf(world)
  return { target, inside: insideOf({ world, target, options }) }
}

async function targetOf(world: World): Promise<Target> {
  const { port } = await serve(world, pagesOf(world))
  const trap = await setTrap()
  onTestFinished(trap.close)
  return reach({
    address: { host: '127.0.0.1', port, tls: false },
    origin,
    accounts: {
      owner: { username: 'ada', password },
      other: { username: 'eve', password },
      victim: { username: 'vic', password },
    },
    registration: true,
    pages: true,
    guardedPage: '/page',
    trap,
  })
}

function pagesOf({ auth, clock }: World): Pages {
  return createPages({
    auth,
    node: forNode(auth),
    origin,
    registration: 'open',
    formTokens: createFormTokens([serverSecret]),
    now: () => clock.now(),
    log: silentLog,
  })
}

interface Behind {
  readonly world: World
  readonly target: Target
  readonly options: WorldOptions
}

function insideOf({ world, target, options }: Behind): Inside {
  return {
    world,
    async forge(parts) {
      return forge({ key: await signingKeyOf(world), ...parts })
    },
    async genuine() {
      const { accessToken } = (await target.signedIn('token')).held
      const [header = '', payload = ''] = accessToken?.split('.') ?? []
      return { header: decode(header), payload: decode(payload) }
    },
    async another(more = {}) {
      const second = await createWorld({
        ...options,
        store: world.store.source,
        clock: world.clock,
        seed: 'another',
        empty: true,
        ...more,
      })
      return { world: second, target: await targetOf(second) }
    },
  }
}

function decode(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

/** The key that signs now. */
async function signingKeyOf(world: World): Promise<SigningKey> {
  const { value } = await world.store.opened().keys.list()
  const stored = value.findLast(({ signsFrom }) => signsFrom <= world.clock.now())
  const algorithm = algorithms.find((name) => name === stored?.algorithm)
  const privateKey = stored === undefined ? null : openSealedKey(stored, createServerKeys([serverSecret]))
  if (stored === undefined || algorithm === undefined || privateKey === null) {
    throw new Error('The world has no signing key that opens.')
  }
  return importKey({ kid: stored.kid, algorithm, privateKey })
}
