// What each step of a simulation does. A request that goes out is not waited for: others overtake it.

import type { Auth } from '../../../packages/sessera/src/auth.js'
import { createHandles } from '../../../packages/sessera/src/credentials/handle.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { password } from '../../support/auth.js'
import type { Credential } from './records.js'
import { type Node, type Sending, type Simulation, serverSecret } from './simulation.js'
import type { Step } from './steps.js'

/** One step taken with one credential at one machine. */
interface Scene {
  readonly simulation: Simulation
  readonly node: Node
  readonly credential: Credential
}

export async function take(simulation: Simulation, step: Step): Promise<void> {
  if (step.do === 'pass') return await simulation.pass(step.ms)
  if (step.do === 'restart') return await simulation.start(step.at % simulation.nodes.length)
  if (step.do === 'prune') await simulation.authority.prune()
  else if (step.do === 'fail over') simulation.failOver(step.count)
  else if (step.do === 'weather') simulation.nodeAt(step.at).link.weather = step.weather
  else if (step.do === 'suspend' || step.do === 'resume' || step.do === 'set wall') disturb(simulation, step)
  else act(simulation, step)
  simulation.universe.stir()
  await simulation.settle()
}

type Disturbance = Extract<Step, { readonly do: 'suspend' | 'resume' | 'set wall' }>

function disturb(simulation: Simulation, step: Disturbance): void {
  const node = simulation.nodeAt(step.at)
  const { machine } = node
  if (step.do === 'set wall') machine.stepWall(step.ms)
  else if (step.do === 'suspend') machine.suspend()
  else machine.resume()
  simulation.disturb(node)
}

type Other = Extract<Step, { readonly do: 'pass' | 'restart' | 'prune' | 'fail over' | 'weather' }>
type Action = Exclude<Step, Disturbance | Other>

function act(simulation: Simulation, step: Action): void {
  const node = simulation.nodeAt(step.at)
  if (!node.machine.isUp) return
  if (step.do === 'sign in') {
    simulation.signIn(node, step.user, step)
    return
  }
  const { credentials } = simulation
  const { length } = credentials
  const credential = credentials[step.pick < 0 ? -step.pick % length : length - 1 - (step.pick % length)]
  if (credential === undefined) return
  const scene = { simulation, node, credential }
  if (step.do === 'request') present(scene, step.check)
  else if (step.do === 'forge') forge(scene, step.generation)
  else if (step.do === 'refresh') {
    for (let time = 0; time < step.times; time++) renew(scene, 'refresh', (client) => client.refresh())
  } else if (step.do === 'exchange') renew(scene, 'exchange', (client) => client.exchange(step.mode))
  else if (step.do === 'prove' || step.do === 'end others' || step.do === 'new password') ask(scene, step.do)
  else change(scene, step.do)
}

/** A browser whose access cookie has gone gets another one with the answer. */
function present({ simulation, node, credential }: Scene, check: 'local' | 'feed' | 'store'): void {
  const { kind, mode } = credential
  if (kind === 'refresh') return
  if (kind === 'session' && mode === 'hybrid' && check === 'local')
    simulation.send('request', { node, credential, call: (client) => client.me() })
  else simulation.request(node, credential, check)
}

/** The handle alone decides. */
function renew(
  { simulation, node, credential }: Scene,
  kind: 'refresh' | 'exchange',
  call: Sending['call'],
): void {
  const isTaken = credential.kind === 'refresh' || (kind === 'exchange' && credential.kind === 'session')
  if (!isTaken) return
  simulation.send(kind, { node, credential, call }, (outcome, operation) =>
    simulation.judge.renewed(operation, credential, outcome),
  )
}

const thief = createHandles(createServerKeys([serverSecret]))

/** By somebody who has the server's key and not the store: its tag is right, its secret is not. */
function forge({ simulation, node, credential }: Scene, generation: number): void {
  const { sessionId: id, userId } = credential
  const seed = Buffer.alloc(16).toString('base64url')
  const text = thief.issue({ id, userId, seed, purpose: 'refresh', generation })
  const call: Sending['call'] = (client) =>
    client.send('POST', '/auth/refresh', { json: { refresh_token: text } })
  simulation.send('forgery', { node, credential: null, call }, ({ status }) => {
    if (status < 400) simulation.truth.blame(`a forged handle of ${id} was renewed`)
  })
}

const asked: Readonly<Record<'prove' | 'end others' | 'new password', Sending['call']>> = {
  prove: (client) => client.reauthenticate(password),
  'end others': (client) => client.send('DELETE', '/auth/sessions'),
  'new password': (client) =>
    client.send('POST', '/auth/password', { json: { current: password, next: password } }),
}

/** What takes a principal: a refresh token never makes one. */
function ask({ simulation, node, credential }: Scene, what: keyof typeof asked): void {
  if (credential.kind === 'refresh') return
  simulation.send(what === 'prove' ? 'prove' : 'end', { node, credential, call: asked[what] })
}

type Change = 'end' | 'sign out' | 'end all' | 'disable' | 'enable' | 'roles' | 'everyone'

function change({ simulation, node, credential }: Scene, what: Change): void {
  if (what === 'sign out') simulation.send('end', { node, credential, call: (client) => client.logout() })
  else simulation.change(node, (auth) => changeBy(auth, simulation, { what, credential }))
}

function changeBy(
  { sessions, users }: Auth<object>,
  { authority }: Simulation,
  { what, credential }: { readonly what: Exclude<Change, 'sign out'>; readonly credential: Credential },
): Promise<unknown> {
  const { sessionId, userId } = credential
  switch (what) {
    case 'end':
      return sessions.end(sessionId)
    case 'end all':
      return sessions.endAll(userId)
    case 'everyone':
      return sessions.endEveryone()
    case 'roles':
      return users.setRoles(userId, [`role-${authority.tick()}`])
    case 'disable':
    case 'enable':
      return users[what](userId)
  }
}
