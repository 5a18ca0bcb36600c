// What those who test an app or write a store use: an Auth under control, the conformance suite, clock and randomness.

export type { BrowserCookie } from './browser-cookies.js'
export {
  createTestAuth,
  type SignedIn,
  type SignInAs,
  type TestAuth,
  type TestAuthOptions,
} from './create-test-auth.js'
export { createFakeClock, type FakeClock } from './fake-clock.js'
export { createSeededRandom } from './seeded-random.js'
export type { FetchLike } from './signed-in-fetch.js'
export { type StoreCase, storeCases } from './store-cases.js'
