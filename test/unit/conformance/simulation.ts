// Three machines on one store, driven step by step: whatever was ever issued is presented anywhere, in any weather.

import type { Auth } from '../../../packages/sessera/src/auth.js'
import { createAuthWith } from '../../../packages/sessera/src/create-auth-with.js'
import { parseDemands } from '../../../packages/sessera/src/domain/demands.js'
import type { Check, Mode } from '../../../packages/sessera/src/domain/principal.js'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import { coreOf } from '../../../packages/sessera/src/http/core.js'
import { fromHeaders } from '../../../packages/sessera/src/http/from-headers.js'
import { authorize } from '../../../packages/sessera/src/http/guard.js'
import type { FeedPage } from '../../../packages/sessera/src/ports/store.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { createTestPasswords, origin, password } from '../../support/auth.js'
import { Client, type Held, type Reply } from '../../support/client.js'
import { silentLog } from '../../support/silent-log.js'
import { Authority } from './authority.js'
import { headersOf, heldOf, issuedAt, issuedIn, nothingHeld } from './issued.js'
import { Judge, maxStalenessMs, type Outcome } from './judge.js'
import { Link } from './link.js'
import { type ClockFault, Machine, simulateTimers } from './machine.js'
import type { Credential, Operation, OperationKind } from './records.js'
import { Truth } from './truth.js'
import { Universe } from './universe.js'

export interface Setting {
  readonly seed: number
  readonly clocks: readonly ClockFault[]
  /** Whether the last machine follows the feed by itself; the others do when asked. */
  readonly background: boolean
}

/** One life of one machine. */
export interface Node {
  readonly machine: Machine
  readonly link: Link
  readonly auth: Auth<object>
  readonly pages: FeedPage[]
}

export const serverSecret = 'a server secret for tests, and long enough'
const usernames = ['ada', 'bob'] as const

export class Simulation {
  readonly universe: Universe
  readonly authority: Authority
  readonly truth = new Truth()
  readonly judge = new Judge(this.truth, () => this.universe.now)
  readonly credentials: Credential[] = []
  readonly userIds: string[] = []
  readonly nodes: Node[] = []
  readonly #setting: Setting
  readonly #lives: number[] = []
  readonly #handles = new Map<string, string>()
  readonly #underWay = new Set<OperationUnderWay>()

  private constructor(setting: Setting) {
    this.#setting = setting
    this.universe = new Universe(setting.seed)
    this.authority = new Authority(this.universe, (call) => this.truth.performed(call))
  }

  static async create(setting: Setting): Promise<Simulation> {
    simulateTimers()
    const simulation = new Simulation(setting)
    for (let at = 0; at < setting.clocks.length; at++) await simulation.start(at)
    for (const username of usernames) {
      const { id } = await simulation.nodeAt(0).auth.users.create({ username, password, roles: ['role-0'] })
      simulation.userIds.push(id)
    }
    simulation.authority.replicate()
    return simulation
  }

  nodeAt(at: number): Node {
    const node = this.nodes[at % this.nodes.length]
    if (node === undefined) throw new RangeError('There is no machine.')
    return node
  }

  /** Begins a life of that machine; the one before, if any, ends in the middle of whatever it did. */
  async start(at: number): Promise<void> {
    const { seed, clocks, background } = this.#setting
    const former = this.nodes[at]
    if (former !== undefined) {
      former.machine.crash()
      this.universe.machines.delete(former.machine)
    }
    const life = (this.#lives[at] ?? 0) + 1
    this.#lives[at] = life
    const machine = new Machine(clocks[at] ?? 'none', this.universe.now)
    this.universe.machines.add(machine)
    const pages: FeedPage[] = []
    const link = new Link(this.universe, this.authority, { machine, heard: (page) => void pages.push(page) })
    const random = createSeededRandom(`machine ${seed} ${at} ${life}`)
    const auth = machine.run(null, () =>
      createAuthWith<object>(
        {
          origin,
          secrets: [serverSecret],
          tokens: { algorithm: 'HS256' },
          follow: background && at === clocks.length - 1 ? 'background' : 'on-demand',
          store: link.source(seed),
        },
        { clock: machine.clock, random, passwords: createTestPasswords(), log: silentLog },
      ),
    )
    await machine.run(null, () => auth.ready())
    this.nodes[at] = { machine, link, auth, pages }
    this.#learn()
  }

  /** Goes on until nothing happens any more without time passing. */
  async settle(): Promise<void> {
    await this.universe.settle()
    this.#learn()
  }

  async pass(ms: number): Promise<void> {
    if (ms > 2500) for (const node of this.nodes) this.disturb(node)
    await this.universe.pass(ms)
    await this.settle()
  }

  /** Something happens to the machine: what is under way there may come too late. */
  disturb(node: Node): void {
    const running = [...this.#underWay].filter((operation) => operation.node === node)
    for (const operation of running) operation.troubled = true
    if (running.length > 0) node.link.disturb()
  }

  failOver(count: number): void {
    const before = this.authority.failOver(count)
    if (before !== null) this.truth.failedOver(before)
    for (const node of this.nodes) this.disturb(node)
  }

  /** Presents it for a principal. */
  request(node: Node, credential: Credential, check: Check): void {
    const operation = this.#begin('request', node, credential, check)
    const core = coreOf(node.auth)
    const before = core.kernel.knowledge.position()
    const wasLive = core.kernel.knowledge.isLive()
    const headers = headersOf(credential)
    void this.#run(operation, async () => {
      const { principal, renewal } = await authorize(
        core,
        fromHeaders(headers, 'GET'),
        parseDemands({ check }),
      )
      const { roles, provenAt } = principal
      const decidedAt = this.universe.now
      this.judge.accepted(credential, operation, { check, provenAt, roles, decidedAt })
      const after = core.kernel.knowledge.position()
      const isSame = before.seq === after.seq && before.history === after.history
      const isSmooth = !operation.troubled && isSame && decidedAt === operation.startedAt
      if (check !== 'feed' || !isSmooth) return
      const isToken = credential.generation === null
      if (isToken && wasLive && operation.names.length > 0)
        this.truth.blame('a token cost a call to the store')
      // Remembered are the new cookies, once they come.
      if (credential.kind === 'access' || renewal !== null || provenAt === 0) return
      if (node.auth.check(credential.text) === null)
        this.truth.blame('what was just accepted is not remembered')
    })
  }

  /** Sends it to the API; whatever comes back joins the credentials. */
  send(
    kind: OperationKind,
    { node, credential, call }: Sending,
    judge: (outcome: Outcome, operation: Operation) => void = () => undefined,
  ): void {
    const operation = this.#begin(kind, node, credential)
    const held = credential === null ? nothingHeld : heldOf(credential)
    const client = new Client(origin, (request) => node.auth.fetch(request), held)
    void this.#run(operation, async () => {
      const { status, body } = await call(client)
      const outcome = { status, code: body.code ?? '' }
      if (status < 300) this.#receive(client.held, operation)
      judge(outcome, operation)
      if (status >= 400) throw new Refusal(outcome)
    })
  }

  /** A change made by the app itself. */
  change(node: Node, work: (auth: Auth<object>) => Promise<unknown>): void {
    const operation = this.#begin('end', node, null)
    void this.#run(operation, () => work(node.auth))
  }

  signIn(node: Node, user: number, { mode, byPassword }: { mode: Mode; byPassword: boolean }): void {
    const username = usernames[user % usernames.length] ?? usernames[0]
    if (byPassword) {
      const call = (client: Client): Promise<Reply> => client.login(username, password, { mode })
      this.send('sign in', { node, credential: null, call })
      return
    }
    const operation = this.#begin('sign in', node, null)
    const userId = this.userIds[user % usernames.length] ?? ''
    void this.#run(operation, async () => {
      const { tokens, setCookies } = await node.auth.sessions.start({ userId, mode })
      const pairs = setCookies.map((text) => text.slice(0, text.indexOf(';')).split('=') as [string, string])
      const cookies = Object.fromEntries(pairs.filter(([, value]) => value !== ''))
      const { access_token: accessToken = null, refresh_token: refreshToken = null } = tokens ?? {}
      this.#receive({ cookies, accessToken, refreshToken }, operation)
    })
  }

  #begin(
    kind: OperationKind,
    node: Node,
    presented: Credential | null,
    check: Check = 'feed',
  ): OperationUnderWay {
    return {
      kind,
      node,
      presented,
      check,
      startedAt: this.universe.now,
      startIndex: this.authority.tick(),
      names: [],
      sightings: [],
      provenBy: null,
      movedAt: null,
      troubled: node.link.isTroubled || !node.machine.isUp,
    }
  }

  async #run(operation: OperationUnderWay, work: () => Promise<unknown>): Promise<void> {
    const { machine, link } = operation.node
    this.#underWay.add(operation)
    try {
      await machine.run(operation, work)
      this.truth.acknowledged(operation, operation, this.authority.tick())
    } catch (error) {
      const { status, code } = outcomeOf(error)
      const wentSlowly = (this.universe.now - operation.startedAt) * machine.pace >= maxStalenessMs
      const isExcused = operation.troubled || link.isTroubled || (wentSlowly && operation.kind !== 'request')
      if (status === 503 && !isExcused) this.truth.blame(`${operation.kind} was turned away in fine weather`)
      const isStranger = code === 'unauthenticated' || code === 'invalid_token'
      if (isStranger && operation.presented !== null && operation.check !== 'local')
        this.#refused(operation, operation.presented)
      if (![400, 401, 403, 404, 409, 429, 503].includes(status))
        this.truth.blame(`${operation.kind}: ${String(error)}`)
    }
    this.#underWay.delete(operation)
    this.universe.stir()
  }

  #refused({ kind, check, node, troubled }: OperationUnderWay, presented: Credential): void {
    // Without a word from the feed, a token is verified by a time of the store's that stood still with the machine.
    const isBehind = presented.generation === null && node.machine.fault === 'monotonic'
    if (isBehind && (check === 'store' || troubled || node.link.isTroubled)) return
    if (kind !== 'refresh' && kind !== 'exchange') this.judge.refused(presented, this.universe.now)
  }

  #receive(held: Held, operation: Operation): void {
    const seen = operation.sightings.at(-1)
    const known = new Set(this.credentials.map(({ text }) => text))
    for (const credential of issuedIn(held, { truth: this.truth, basis: seen?.index ?? 0 })) {
      if (known.has(credential.text)) continue
      const { sessionId, generation, kind, text } = credential
      // Granted on a read that another request had begun: the oracle does not know which.
      if (seen === undefined) continue
      if (generation === null) this.#stamped(credential, operation, seen.at)
      const name = `${sessionId} ${kind} ${generation}`
      if (generation !== null && (this.#handles.get(name) ?? text) !== text)
        this.truth.blame(`two handles of one generation: ${name}`)
      this.#handles.set(name, text)
      this.credentials.push(credential)
    }
  }

  /** A token counts from the read that it was granted on, or from the move after it, and is not granted on an old read. */
  #stamped(token: Credential, { kind, movedAt }: Operation, readAt: number): void {
    const { sessionId } = token
    // Elsewhere something else may follow what was granted.
    if (kind === 'refresh' && this.universe.now - readAt > maxStalenessMs)
      this.truth.blame(`a token of ${sessionId} rests on an old read`)
    if (issuedAt(token) > (movedAt ?? readAt))
      this.truth.blame(`a token of ${sessionId} is newer than its read`)
  }

  #learn(): void {
    const index = this.authority.tick()
    for (const node of this.nodes) {
      const { seq } = coreOf(node.auth).kernel.knowledge.position()
      for (const { entries } of node.pages.splice(0)) {
        const last = entries.at(-1)
        if (last !== undefined && last.seq <= seq) this.truth.heard(node, entries, index)
      }
    }
  }
}

export interface Sending {
  readonly node: Node
  readonly credential: Credential | null
  readonly call: (client: Client) => Promise<Reply>
}

type OperationUnderWay = Operation & { readonly node: Node }

class Refusal extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super(`${outcome.status} ${outcome.code}`)
    this.outcome = outcome
  }
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof Refusal) return error.outcome
  return error instanceof AuthError ? error : { status: 500, code: 'internal_error' }
}
