// Opens the store and the keyring and wires the kernel from them; keeps both in order until it is closed.

import { clockSkewSeconds, createAccessTokens } from './credentials/access-tokens.js'
import { createDeviceMarks } from './credentials/device-mark.js'
import { createHandles } from './credentials/handle.js'
import { createInvitations } from './credentials/invitation.js'
import { createKeyring, type Keyring } from './credentials/keyring.js'
import { createRemembered } from './credentials/remembered.js'
import { createServerKeys, type ServerKeys } from './credentials/server-keys.js'
import { followChanges } from './follow-changes.js'
import { createAuditTrail } from './kernel/audit-trail.js'
import { nowhere } from './kernel/circumstances.js'
import { cleanUp } from './kernel/clean-up.js'
import type { EventHub } from './kernel/events.js'
import { withFaults } from './kernel/faults.js'
import type { Kernel } from './kernel/kernel.js'
import { findLiveSession } from './kernel/live-session.js'
import type { Authenticated } from './kernel/recognise.js'
import { createRefusals } from './kernel/refusals.js'
import { createStoreTime, type StoreTime } from './kernel/store-time.js'
import { createTouches } from './kernel/touches.js'
import { createForeignDirectory, createOwnDirectory, type UserDirectory } from './kernel/user-directory.js'
import { createWatchedSessions } from './kernel/watched-sessions.js'
import type { AuthOptions, ParsedOptions } from './options.js'
import type { Clock } from './ports/clock.js'
import type { Log } from './ports/log.js'
import type { Passwords } from './ports/passwords.js'
import type { Random } from './ports/random.js'
import type { Store } from './ports/store.js'

/** What an Auth has of the outside world. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly passwords: Passwords
  readonly log: Log
}

export interface OpenKernel {
  readonly kernel: Kernel
  readonly keyring: Keyring
  close(): Promise<void>
}

/** About a hundred thousand credentials. */
const maxRememberedBytes = 64 * 1024 * 1024
const tendEveryMs = 60_000
/** How old knowledge may be when a decision rests on it. */
const maxStalenessMs = 1000
/** How much longer a change stays known than any token issued before it. */
const keepMarginMs = 60_000

/** @throws ConfigurationError when the store or a key in it cannot be opened as configured. */
export async function openKernel(
  options: AuthOptions<object>,
  parsed: ParsedOptions,
  ports: Ports,
  events: EventHub,
): Promise<OpenKernel> {
  const { clock, random, passwords, log } = ports
  const serverKeys = createServerKeys(parsed.secrets)
  const keepChangesMs = (parsed.accessTokenSeconds + clockSkewSeconds) * 1000 + keepMarginMs
  const opened = await options.store.open({ clock, random, keepChangesMs })
  try {
    const storeTime = createStoreTime(clock)
    const store = observed(opened, storeTime)
    const keyring = openKeyring(store, parsed, ports, serverKeys)
    await keyring.ready()
    const remembered = createRemembered<Authenticated>(maxRememberedBytes, random)
    const watched = createWatchedSessions({
      find: (sessionId) => findLiveSession(kernel, sessionId),
      knowledge: () => kernel.knowledge,
      clock,
      storeTime,
      log,
    })
    const { follower, knowledge } = followChanges({
      feed: store.feed,
      remembered,
      watched,
      keyring,
      clock,
      log,
      maxStalenessMs,
      trustLocalForMs: parsed.trustLocalForMs,
      onDemand: options.follow === 'on-demand',
    })
    const audit = createAuditTrail({ store: store.audit, storeTime, events, log })
    const kernel: Kernel = {
      store,
      users: directoryOf(options, store),
      handles: createHandles(serverKeys),
      keyring,
      invitations: createInvitations(serverKeys),
      devices: createDeviceMarks(serverKeys, random),
      refusals: createRefusals(),
      tokens: createAccessTokens({
        keyring,
        random,
        issuer: parsed.origin.origin,
        audience: parsed.audience,
        lifetimeSeconds: parsed.accessTokenSeconds,
      }),
      remembered,
      knowledge,
      watched,
      sharedReads: new Map(),
      touches: createTouches(store.sessions, clock, log),
      passwords,
      clock,
      storeTime,
      random,
      events,
      audit,
      record: audit.record,
      circumstances: nowhere,
      log,
      policy: {
        session: parsed.session,
        remember: parsed.remember,
        graceMs: parsed.graceMs,
        maxStalenessMs,
        registration: options.registration ?? 'closed',
        minPasswordLength: parsed.minPasswordLength,
        newPasswords: parsed.newPasswords,
        sessionsPerUser: parsed.sessionsPerUser,
        adminRole: parsed.administration.role,
        invitationLink: parsed.administration.invitationLink,
        keepAuditMs: parsed.administration.keepAuditMs,
        beforeSignIn: options.beforeSignIn ?? (() => undefined),
      },
    }
    await follower.confirm()
    follower.start()
    if (parsed.trustLocalForMs > 0) {
      kernel.record('sys_trust_lengthened', { cause: `${parsed.trustLocalForMs} ms` })
    }
    const stopTending = tend(kernel, keyring)
    return {
      kernel,
      keyring,
      async close() {
        await stopTending()
        watched.close()
        await follower.stop()
        await kernel.touches.flush()
        await kernel.audit.close()
        await opened.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** The store with its faults as 503, and every answer's time noted. */
function observed(store: Store, storeTime: StoreTime): Store {
  const { watch } = storeTime
  return {
    subjects: withFaults(store.subjects, watch),
    users: withFaults(store.users, watch),
    sessions: withFaults(store.sessions, watch),
    keys: withFaults(store.keys, watch),
    limits: withFaults(store.limits, watch),
    audit: withFaults(store.audit, watch),
    deployment: withFaults(store.deployment, watch),
    feed: withFaults(store.feed, watch),
    close: () => store.close(),
  }
}

function directoryOf({ users, claims }: AuthOptions<object>, store: Store): UserDirectory {
  if (users === undefined) return createOwnDirectory(store, claims ?? ((user) => user.claims))
  return createForeignDirectory(withFaults(users), store, claims ?? null)
}

function openKeyring(
  store: Store,
  parsed: ParsedOptions,
  { clock, random }: Ports,
  serverKeys: ServerKeys,
): Keyring {
  return createKeyring({
    keys: store.keys,
    clock,
    random,
    serverKeys,
    algorithm: parsed.algorithm,
    accessTokenSeconds: parsed.accessTokenSeconds,
    skewSeconds: clockSkewSeconds,
  })
}

/**
 * Rotates keys by schedule and removes what has ended. A failure is logged, and made good a minute later. Answers with
 * the function that ends it, and waits for what is under way.
 */
function tend(kernel: Kernel, keyring: Keyring): () => Promise<void> {
  let tending: Promise<void> = Promise.resolve()

  async function once(): Promise<void> {
    try {
      await keyring.tend()
      await cleanUp(kernel, tendEveryMs)
    } catch (error) {
      kernel.log.warn('Could not tend to keys and ended sessions. Trying again in a minute.', { error })
    }
  }
  const timer = setInterval(() => {
    tending = once()
  }, tendEveryMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    return tending
  }
}
