// What lies between a machine and the store: answers that are late, overtaken, lost, or faults, by the weather.

import type { Answer, FeedPage, Store, StoreSource } from '../../../packages/sessera/src/ports/store.js'
import type { Authority } from './authority.js'
import { currentOperation, type Machine } from './machine.js'
import type { Universe } from './universe.js'

export const weathers = [
  'clear',
  'breeze',
  'slow',
  'slow feed',
  'slow reads',
  'no feed',
  'failing',
  'mute',
] as const
/**
 * `breeze` some ms · `slow` up to seconds either way, so that answers overtake each other · `slow feed` the feed alone, `slow reads`
 * those of sessions and users alone, both mostly in time ·
 * `no feed` it fails · `failing` half of all calls fail, before or after they took effect · `mute` half never answer.
 */
export type Weather = (typeof weathers)[number]

interface Fate {
  readonly outMs: number
  readonly backMs: number
  readonly fault: 'none' | 'before' | 'after'
  readonly mute: boolean
}

const fine: Fate = { outMs: 0, backMs: 0, fault: 'none', mute: false }
/** How long the kernel may wait for what this asks: nobody relies on an answer that comes later. */
const patienceMs = { read: 2500, other: 10_500 }

interface Caller {
  /** Names of the calls made, last sightings left out: they are nobody's wait. */
  readonly names: string[]
  readonly sightings: unknown[]
  troubled: boolean
}

export class Link {
  readonly #universe: Universe
  readonly #authority: Authority
  readonly #machine: Machine
  readonly #heard: (page: FeedPage) => void
  weather: Weather = 'clear'
  #troubledUntil = 0

  constructor(
    universe: Universe,
    authority: Authority,
    {
      machine,
      heard,
    }: {
      readonly machine: Machine /** The follower gets this page, and in time. */
      readonly heard: (page: FeedPage) => void
    },
  ) {
    this.#universe = universe
    this.#authority = authority
    this.#machine = machine
    this.#heard = heard
  }

  /** Whether a request that runs now may have to be turned away. */
  get isTroubled(): boolean {
    return !isFine(this.weather) || this.#machine.clock.monotonic() < this.#troubledUntil
  }

  /** What is under way may come too late. */
  disturb(): void {
    this.#trouble(patienceMs.other)
  }

  source(seed: number): StoreSource {
    return {
      open: async () => {
        const store = this.#authority.open(seed)
        return {
          subjects: this.#door('subjects', store.subjects),
          users: this.#door('users', store.users),
          sessions: this.#door('sessions', store.sessions),
          keys: this.#door('keys', store.keys),
          limits: this.#door('limits', store.limits),
          audit: this.#door('audit', store.audit),
          deployment: this.#door('deployment', store.deployment),
          feed: this.#door('feed', store.feed),
          close: () => store.close(),
        }
      },
    }
  }

  #door<T extends object>(part: string, port: T): T {
    return new Proxy(port, {
      get: (target, member) => {
        const method: unknown = Reflect.get(target, member, target)
        if (typeof method !== 'function') return method
        return (...args: readonly unknown[]) =>
          this.#pass(`${part}.${String(member)}`, args, (given) => Reflect.apply(method, target, given))
      },
    }) as Store[keyof Store] & T
  }

  async #pass(
    name: string,
    args: readonly unknown[],
    call: (args: readonly unknown[]) => Promise<Answer<unknown>>,
  ): Promise<Answer<unknown>> {
    const { outMs, backMs, fault, mute } = this.#fateOf(name)
    const operation = currentOperation() as Caller | null
    if (name !== 'sessions.touch') operation?.names.push(name)
    if (operation !== null && !isFine(this.weather)) operation.troubled = true
    const begun = this.#universe.now
    await this.#universe.delay(outMs)
    if (fault === 'before') await this.#fail(mute)
    const answer = await this.#authority.perform(name, args, call)
    const isSeen = name === 'sessions.find' && answer.value !== null
    const sighting = isSeen ? operation?.sightings.pop() : undefined
    this.#universe.stir()
    await this.#universe.delay(backMs)
    if (fault === 'after') await this.#fail(mute)
    await this.#machine.awake()
    this.#universe.stir()
    const isInTime = (this.#universe.now - begun) * this.#machine.pace < 1000
    // An answer that took longer is nobody's.
    if (sighting !== undefined && this.#universe.now - begun <= 1000) operation?.sightings.push(sighting)
    if (name === 'feed.read' && isInTime) this.#heard(answer.value as FeedPage)
    return answer
  }

  async #fail(mute: boolean): Promise<void> {
    this.#universe.stir()
    await (mute ? new Promise(() => undefined) : this.#machine.awake())
    throw new Error('The store fails, says the weather.')
  }

  #fateOf(name: string): Fate {
    const isFeed = name.startsWith('feed.')
    const until = (most: number): number => this.#universe.chance(most)
    if (this.weather === 'breeze') return { ...fine, outMs: until(50), backMs: until(50) }
    if (this.weather === 'clear') return fine
    const isRead = /\.(?:find|read)$/.test(name)
    this.#trouble(isRead ? patienceMs.read : patienceMs.other)
    const isSlow = this.weather === 'slow feed' ? isFeed : this.weather === 'slow reads' && isRead
    if (isSlow) return { ...fine, outMs: until(200), backMs: until(isFeed ? 900 : 450) }
    if (this.weather === 'slow')
      return { ...fine, outMs: until(until(4) === 0 ? 1500 : 300), backMs: until(1500) }
    if (this.weather === 'no feed' && isFeed) return { ...fine, fault: 'before' }
    if (!/failing|mute/.test(this.weather) || until(2) === 0) return fine
    const fault = until(2) === 0 ? 'before' : 'after'
    return { outMs: until(100), backMs: until(100), fault, mute: this.weather === 'mute' }
  }

  #trouble(ms: number): void {
    this.#troubledUntil = Math.max(this.#troubledUntil, this.#machine.clock.monotonic() + ms)
  }
}

function isFine(weather: Weather): boolean {
  return weather === 'clear' || weather === 'breeze'
}
