// What those who write a store or test against Sessera use: the conformance suite, and a world under control.

export { createFakeClock, type FakeClock } from './fake-clock.js'
export { createSeededRandom } from './seeded-random.js'
export { type StoreCase, storeCases } from './store-cases.js'
