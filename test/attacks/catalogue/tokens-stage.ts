// Every place where an access token may stand, and what must come of one that is not genuine: the answer, byte for byte, to a
// token that says nothing at all.

import assert from 'node:assert/strict'
import type { JsonWebKey } from 'node:crypto'
import { bytesOf, type RawRequest } from '../../http/raw-request.js'
import { type RawAnswer, readAnswer } from '../../http/raw-server.js'
import type { Client } from '../../support/client.js'
import type { Target } from './attack.js'
import { faceOf, me, problemOf, type Scene, sessionsOf, setScene } from './refusal.js'

/** A genuine access token to start from, and what else an attacker may know. */
export interface Given {
  readonly token: string
  /** The three parts as they are spelt. */
  readonly head: string
  readonly body: string
  readonly signature: string
  readonly header: { readonly alg: string; readonly kid: string; readonly typ: string }
  readonly payload: Claims
  /** The public keys, as the server publishes them. */
  readonly keys: readonly JsonWebKey[]
  /** Everything else that proves something, in its own place. */
  readonly others: readonly string[]
  /** An address of the attacker's. */
  readonly trap: string
}

export interface Claims {
  readonly [name: string]: unknown
  readonly iss: string
  readonly sub: string
  readonly aud: string
  readonly sid: string
  readonly exp: number
  readonly iat: number
  readonly mode: 'token' | 'hybrid'
}

export type Tokens = (given: Given) => readonly string[] | Promise<readonly string[]>

/** The owner in a browser, in an app, and in a browser that holds an access token in a cookie. */
export interface Stage {
  readonly scene: Scene
  readonly hybrid: Client
  /** The name of the access cookie. */
  readonly name: string
  /** The token of the app, and that of the cookie: neither is good in the other's place. */
  readonly app: Given
  readonly cookie: Given
}

export async function setStage(target: Target): Promise<Stage> {
  const scene = await setScene(target)
  const hybrid = await target.signedIn('hybrid')
  const [name, token] =
    Object.entries(hybrid.held.cookies).find(([key]) => key.includes('sessera-access')) ?? []
  assert(name !== undefined && token !== undefined, 'A sign-in gave no access cookie.')
  const { keys }: { keys: readonly JsonWebKey[] } = JSON.parse(
    (await target.send({ path: '/.well-known/jwks.json' })).body,
  )
  const known = { keys, trap: target.trap.url }
  const handles = [scene.cookie.value, scene.app.held.refreshToken, hybrid.cookie('session')].filter(
    (handle) => handle !== null,
  )
  return {
    scene,
    hybrid,
    name,
    app: { ...known, ...read(scene.token), others: [...handles, token] },
    cookie: { ...known, ...read(token), others: [...handles, scene.token] },
  }
}

function read(token: string): Omit<Given, 'keys' | 'others' | 'trap'> {
  const [head = '', body = '', signature = ''] = token.split('.')
  const [header, payload] = [head, body].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
  return { token, head, body, signature, header, payload }
}

type Present = (stage: Stage, token: string) => RawRequest

const asBearer: Present = (_, token) => me(bearer(token))
const asCookie: Present = ({ name }, token) => me(['Cookie', `${name}=${token}`])

const elsewhere: readonly Present[] = [
  (_, token) => ({ path: '/auth/verify', headers: [bearer(token)] }),
  ({ scene }, token) => ({ path: scene.target.guardedPage ?? '/auth/sessions', headers: [bearer(token)] }),
  (_, token) => ({ path: '/auth/sessions', method: 'DELETE', headers: [bearer(token)] }),
]
const elsewhereIfWellFormed: Present = (_, token) => ({
  path: '/auth/logout',
  method: 'POST',
  headers: [bearer(token)],
})
const elsewhereByCookie: readonly Present[] = [
  (stage, token) => ({ ...asCookie(stage, token), path: '/auth/logout', method: 'POST' }),
  ({ scene: { cookie }, name }, token) => me(['Cookie', `${cookie.name}=${cookie.value}; ${name}=${token}`]),
  ({ hybrid, name, scene: { cookie } }, token) =>
    me(['Cookie', `${cookie.name}=${hybrid.cookie('session')}; ${name}=${token}`]),
]

function bearer(token: string): readonly [name: string, value: string] {
  return ['Authorization', `Bearer ${token}`]
}

/** Presents each in both places where an access token stands, and the first of them in all others too. */
export async function assertRefused(stage: Stage, tokens: Tokens): Promise<void> {
  const { scene, app, cookie } = stage
  const { trap } = scene.target
  const visits = trap.visits()
  const before = await sessionsOf(scene)

  const byBearer = await tokens(app)
  await assertAsNothing(stage, asBearer, byBearer, '401 invalid_token')
  const [first = ''] = byBearer
  for (const present of elsewhere) await assertAsNothing(stage, present, [first])
  if (/^[\w.~+/-]+=*$/.test(first)) await assertAsNothing(stage, elsewhereIfWellFormed, [first])

  const byCookie = await tokens(cookie)
  await assertAsNothing(stage, asCookie, byCookie, '401 unauthenticated')
  for (const present of elsewhereByCookie) await assertAsNothing(stage, present, byCookie.slice(0, 1))

  assert.equal(trap.visits(), visits, 'made the server call somebody')
  assert.deepEqual(await sessionsOf(scene), before, 'began or ended a session')
  await assertGenuine(stage, ({ token }) => token)
}

/** These are good, each in its place. */
export async function assertGenuine(
  stage: Stage,
  token: (given: Given) => string | Promise<string>,
): Promise<void> {
  for (const request of [
    asBearer(stage, await token(stage.app)),
    asCookie(stage, await token(stage.cookie)),
  ]) {
    const { status, body } = await stage.scene.target.send(request)
    assert.equal(status, 200, `a genuine token is refused: ${body}`)
  }
}

/** The answers are that to a token of one letter. */
async function assertAsNothing(
  stage: Stage,
  present: Present,
  tokens: readonly string[],
  expected?: string,
): Promise<void> {
  assert(tokens.length > 0, 'there is nothing to try')
  const { target } = stage.scene
  const requests = ['x', ...tokens].map((token) => present(stage, token))
  const [plain, ...answers] =
    tokens.length === 1 ? await Promise.all(requests.map(target.send)) : await sendAll(target, requests)
  assert(
    plain !== undefined && answers.length === tokens.length,
    `answered ${answers.length} of ${tokens.length}`,
  )
  if (expected !== undefined) assert.equal(`${plain.status} ${problemOf(plain)}`, expected)
  for (const [index, token] of tokens.entries()) {
    const answer = answers[index]
    assert.deepEqual(answer && plainly(answer), plainly(plain), shown(token))
  }
}

/** Many on one connection, which is a good deal cheaper than one for each; but no more than servers put up with. */
async function sendAll(target: Target, requests: readonly RawRequest[]): Promise<readonly RawAnswer[]> {
  const answers: RawAnswer[] = []
  for (let from = 0; from < requests.length; from += mostInOrder) {
    answers.push(...(await sendInOrder(target, requests.slice(from, from + mostInOrder))))
  }
  return answers
}

const mostInOrder = 10

async function sendInOrder(target: Target, requests: readonly RawRequest[]): Promise<readonly RawAnswer[]> {
  const { host } = new URL(target.origin)
  const socket = target.connect()
  const last = requests.length - 1
  for (const [index, request] of requests.entries()) {
    const bytes = bytesOf(request, host)
    socket.write(index === last ? bytes : bytes.replace('\r\nConnection: close\r\n', '\r\n'), 'latin1')
  }
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return answersIn(Buffer.concat(chunks))
}

function answersIn(bytes: Buffer): readonly RawAnswer[] {
  const answers: RawAnswer[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n') + 4
    const [length = '0'] = readAnswer(rest.subarray(0, end)).all('content-length')
    answers.push(readAnswer(rest.subarray(0, end + Number(length))))
    rest = rest.subarray(end + Number(length))
  }
  return answers
}

/** Without what is new in every answer: what a session is given in place of a token that counts for nothing. */
function plainly(answer: RawAnswer): object {
  const headers = answer.headers
    .filter(([name]) => name !== 'connection' && name !== 'keep-alive')
    .map(([name, value]) => [name, name === 'set-cookie' ? value.replace(/=[^;]*/, '') : value] as const)
  return faceOf({ ...answer, headers })
}

function shown(token: string): string {
  const [head = '', body = ''] = token.split('.')
  const spelt = [head, body].map((part) => Buffer.from(part, 'base64url').toString().slice(0, 300))
  return `not answered as "x" is: ${token.slice(0, 300)}\n${spelt.join('\n')}`
}
