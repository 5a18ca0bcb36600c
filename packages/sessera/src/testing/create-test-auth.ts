// An Auth for the tests of an app, and people who are signed in to it. Invariant: it differs from production in its
// store, its clock and the price of passwords only, so that what a guard lets pass here it lets pass there.

import type { Auth } from '../auth.js'
import { createAuthWith } from '../create-auth-with.js'
import { parseDuration } from '../domain/duration.js'
import type { JsonObject } from '../domain/json.js'
import type { Mode } from '../domain/principal.js'
import { AuthError, ConfigurationError } from '../errors.js'
import { writeCookie } from '../http/cookies.js'
import { coreOf } from '../http/core.js'
import type { AuthOptions } from '../options.js'
import { parsePeppers } from '../password-options.js'
import { createPasswords } from '../passwords/create-passwords.js'
import { createStderrLog, createSystemRandom } from '../ports/system.js'
import { memory } from '../stores/memory.js'
import { backdateProofs } from './backdated-proofs.js'
import { type BrowserCookie, toBrowserCookies } from './browser-cookies.js'
import { createCostlessPasswords } from './costless-passwords.js'
import { createFakeClock, type FakeClock } from './fake-clock.js'
import { createSeededRandom } from './seeded-random.js'
import { type FetchLike, fetchAs } from './signed-in-fetch.js'

// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface TestAuthOptions<C = {}> extends Partial<AuthOptions<C>> {
  /** Default: one that shows 2026-01-01T00:00:00Z and moves when told. `createFakeClock(Date.now())` begins now. */
  readonly clock?: FakeClock
  /** Makes the same ids and credentials in every run. Two with one seed are no strangers: default none. */
  readonly seed?: string | number
}

export interface SignInAs {
  /** Made if there is nobody of that name. Default: somebody new each time. With your own users table: a login in it. */
  readonly username?: string
  /** Replace those that the user has. */
  readonly roles?: readonly string[]
  /** Those that are stored with the user, and replaced: what `auth.users.setClaims` takes. */
  readonly claims?: JsonObject
  /** Default `session`. */
  readonly mode?: Mode
  /** RFC 8176 `amr` values. Default `['pwd']`. */
  readonly factors?: readonly string[]
  /** How long ago they proved who they are: `'10m'`, or milliseconds. Default: now. */
  readonly provenAgo?: string | number
  /**
   * What `fetch` talks to: where your app listens, such as `http://localhost:3000`, or a function such as Hono's
   * `app.fetch`. Default: `auth.fetch`, which serves the API.
   */
  readonly app?: string | FetchLike
}

/** Somebody who is signed in, and what their client holds. It is a snapshot: nothing that comes back changes it. */
export interface SignedIn {
  readonly user: { readonly id: string; readonly username: string; readonly roles: readonly string[] }
  readonly sessionId: string
  /** What a request carries: the cookies and the origin of your pages, or a bearer token. */
  readonly headers: Readonly<Record<string, string>>
  /** For `context.addCookies` of Playwright. In token mode: the refresh token, as a browser keeps it. */
  readonly cookies: readonly BrowserCookie[]
  /** The access token; null unless the mode is `token`. */
  readonly token: string | null
  /** Null unless the mode is `token`. */
  readonly refreshToken: string | null
  /** `fetch` with these headers; a path is one of `app`. A URL of another origin is asked over the network. */
  fetch(pathOrUrl: string | URL, init?: RequestInit): Promise<Response>
}

// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export interface TestAuth<C = {}> {
  /** For your app, in place of what `createAuth` returns. */
  readonly auth: Auth<C>
  readonly clock: FakeClock
  /** Signs somebody in, without a password and without HTTP. @throws ConfigurationError when there can be no such user. */
  as(who?: SignInAs): Promise<SignedIn>
  close(): Promise<void>
}

/**
 * Everything in memory, a clock that moves when told, passwords that cost nothing; the rest as in production. Takes the
 * options of `createAuth`, all of them optional here.
 *
 * @throws ConfigurationError where NODE_ENV is `production`, and for what `createAuth` refuses.
 * @example
 * const t = createTestAuth()
 * const app = createApp(t.auth)
 * const teller = await t.as({ roles: ['teller'], provenAgo: '10m' })
 * const { status } = await app.request('/transfer', { method: 'POST', headers: teller.headers })
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the honest "no claims of its own" default.
export function createTestAuth<C extends object = {}>(options: TestAuthOptions<C> = {}): TestAuth<C> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new ConfigurationError(
      'createTestAuth() is for tests: its clock stands still, and its password hashes protect nothing. NODE_ENV is "production": use createAuth().',
    )
  }
  const { clock = createFakeClock(), seed, store: inner = memory(), ...rest } = options
  const random = seed === undefined ? createSystemRandom() : createSeededRandom(seed)
  const log = options.log ?? createStderrLog()
  const proofs = backdateProofs(inner)
  const auth = createAuthWith<C>(
    {
      origin: defaultOrigin,
      secrets: [random.bytes(32).toString('base64url')],
      // No timer reads the changes of other processes: what a test does not cause does not happen.
      follow: 'on-demand',
      ...rest,
      store: proofs.store,
    },
    {
      clock,
      random,
      passwords: createCostlessPasswords(createPasswords({ log, peppers: parsePeppers(options.passwords) })),
      log,
    },
  )
  const core = coreOf(auth)
  const { origin } = core.origins
  const people = options.users === undefined ? ownPeople(auth) : foreignPeople(options.users)

  return {
    auth,
    clock,
    async as({ mode = 'session', factors = ['pwd'], provenAgo = 0, app = auth.fetch, ...who } = {}) {
      const user = await people(who)
      const { sessionId, setCookies, tokens } = await proofs.ago(parseDuration(provenAgo), () =>
        auth.sessions.start({ userId: user.id, mode, factors }),
      )
      const refreshToken = tokens?.refresh_token ?? null
      const inCookie = refreshToken === null ? [] : [writeCookie(core.cookies, 'refresh', refreshToken, null)]
      const cookies = toBrowserCookies([...setCookies, ...inCookie], new URL(origin).hostname)
      const headers: Readonly<Record<string, string>> =
        tokens === null
          ? { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), origin }
          : { authorization: `Bearer ${tokens.access_token}` }
      return {
        user,
        sessionId,
        headers,
        cookies,
        token: tokens?.access_token ?? null,
        refreshToken,
        fetch: fetchAs(headers, typeof app === 'string' ? { base: app } : { base: origin, serve: app }),
      }
    },
    close: () => auth.close(),
  }
}

const defaultOrigin = 'http://localhost:3000'

type Who = Pick<SignInAs, 'username' | 'roles' | 'claims'>
type People = (who: Who) => Promise<SignedIn['user']>

function ownPeople({ users }: Pick<Auth<object>, 'users'>): People {
  let made = 0

  /** False: the name is taken. */
  async function create(username: string, { roles = [], claims = {} }: Who): Promise<boolean> {
    try {
      await users.create({ username, roles, claims })
      return true
    } catch (error) {
      if (error instanceof AuthError && error.code === 'username_taken') return false
      throw error
    }
  }

  async function newName(who: Who): Promise<string> {
    for (;;) {
      made += 1
      const username = `user-${made}`
      if (await create(username, who)) return username
    }
  }

  async function named(username: string, who: Who): Promise<string> {
    if (await create(username, who)) return username
    const known = await users.find({ username })
    if (known !== null && who.roles !== undefined) await users.setRoles(known.id, who.roles, { force: true })
    if (known !== null && who.claims !== undefined) await users.setClaims(known.id, who.claims)
    return username
  }

  return async ({ username, ...who }) => {
    const name = username === undefined ? await newName(who) : await named(username, who)
    const found = await users.find({ username: name })
    if (found === null) throw new ConfigurationError(`The user "${name}" was deleted meanwhile.`)
    return { id: found.id, username: found.username, roles: found.roles }
  }
}

function foreignPeople(users: NonNullable<AuthOptions<object>['users']>): People {
  return async ({ username, roles, claims }) => {
    if (username === undefined || roles !== undefined || claims !== undefined) {
      throw new ConfigurationError(
        'With your own users table, sign in as somebody who is in it, by "username". Roles and claims are what that table says.',
      )
    }
    const id = (await users.findLogin(username))?.id
    const user = id === undefined ? null : await users.load(id)
    if (id === undefined || user === null) {
      throw new ConfigurationError(`Your users table has no "${username}". Add them to it first.`)
    }
    return { id, username: user.username, roles: user.roles }
  }
}
