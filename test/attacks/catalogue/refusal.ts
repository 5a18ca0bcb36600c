// What every refused attack has in common, whatever its line: one answer, nothing gained, nothing changed, still alive.

import assert from 'node:assert/strict'
import type { ErrorCode } from '../../../packages/sessera/src/errors.js'
import type { Lines, RawRequest } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Client } from '../../support/client.js'
import type { InsideAttack, OutsideAttack, Target } from './attack.js'

/** The owner, signed in twice: in a browser by cookie, in an app by token. */
export interface Scene {
  readonly target: Target
  readonly browser: Client
  readonly app: Client
  /** The name and value of the live session cookie. */
  readonly cookie: { readonly name: string; readonly value: string }
  /** The live access token. */
  readonly token: string
}

export interface Refusal {
  readonly line: string
  readonly what: string
  /** The target must have the pages of the stand-alone server. */
  readonly pages?: true
  /** What is sent; a text: exactly these bytes. */
  send(scene: Scene): RawRequest | string
  readonly status: number | readonly number[]
  /** Of the problem that is answered. Absent: any, or none, as where the HTTP parser refuses. */
  readonly code?: ErrorCode
  /** The answer must be the same, byte for byte, as to this. */
  like?(scene: Scene): RawRequest
}

/** Each row as an attack: it must be refused as it says, without any effect. */
export function refused(rows: readonly Refusal[]): readonly OutsideAttack[] {
  return rows.map(
    (row): OutsideAttack => ({
      line: row.line,
      what: row.what,
      ...(row.pages ? { pages: true } : {}),
      run: async (target) => {
        await refuse(await sceneOf(target), row)
      },
    }),
  )
}

/** All rows once more, watched from behind: nothing is written. */
export function writesNothing(line: string, rows: readonly Refusal[]): InsideAttack {
  return {
    line,
    what: 'none of these makes the store write, but for the record',
    inside: true,
    async run(target, { world }) {
      const scene = await setScene(target)
      for (const { what, send } of rows) {
        const attempt = send(scene)
        world.store.forget()
        await (typeof attempt === 'string' ? target.sendBytes(attempt) : target.send(attempt))
        const writes = world.store.calls.filter((call) => !/^audit\.|\.(?:find|list)$/.test(call))
        assert.deepEqual(writes, [], what)
      }
    },
  }
}

const scenes = new WeakMap<Target, Scene>()

/** A scene for who will leave it as it is: the one before, as long as it lives. */
export async function sceneOf(target: Target): Promise<Scene> {
  const known = scenes.get(target)
  if (known !== undefined) {
    const { status } = await known.browser.me()
    if (status === 200 && (await known.app.me()).status === 200) return known
  }
  const scene = await setScene(target)
  scenes.set(target, scene)
  return scene
}

export async function setScene(target: Target): Promise<Scene> {
  const [browser, app] = [await target.signedIn('session'), await target.signedIn('token')]
  const [name, value] =
    Object.entries(browser.held.cookies).find(([key]) => key.includes('sessera-session')) ?? []
  const token = app.held.accessToken
  assert(name !== undefined && value !== undefined && token !== null, 'A sign-in gave no cookie or no token.')
  return { target, browser, app, cookie: { name, value }, token }
}

/** Tries it, and checks the answer, that nothing was set or ended, that nobody was called, and that the server goes on. */
export async function refuse(
  scene: Scene,
  { send, status, code, like }: Pick<Refusal, 'send' | 'status' | 'code' | 'like'>,
): Promise<RawAnswer> {
  const { target } = scene
  const before = await sessionsOf(scene)
  const visits = target.trap.visits()
  const attempt = send(scene)
  const answer = await (typeof attempt === 'string' ? target.sendBytes(attempt) : target.send(attempt))
  const allowed = typeof status === 'number' ? [status] : status
  assert(
    allowed.includes(answer.status),
    `answered ${answer.status} ${answer.body}, not ${allowed.join(' or ')}`,
  )
  assert.deepEqual(answer.all('set-cookie'), [], 'set a cookie')
  assert(!answer.body.includes(target.accounts.owner.username), `told about the owner: ${answer.body}`)
  if (code !== undefined) assert.equal(problemOf(answer), code)
  if (like !== undefined) assert.deepEqual(faceOf(answer), faceOf(await target.send(like(scene))))
  assert.equal(target.trap.visits(), visits, 'made the server call somebody')
  assert.deepEqual(await sessionsOf(scene), before, 'began or ended a session')
  assert.equal(
    (await target.send(me(['Authorization', `Bearer ${scene.token}`]))).status,
    200,
    'the token is dead',
  )
  return answer
}

/** The name of one of our other cookies, by that of the session's. */
export function cookieNamed(
  kind: 'access' | 'refresh' | 'device',
  { cookie: { name } }: Pick<Scene, 'cookie'>,
): string {
  return name.replace('sessera-session', `sessera-${kind}`)
}

/** Who am I, with these header lines. */
export function me(...headers: Lines): RawRequest {
  return { path: '/auth/me', headers }
}

/** The code of the problem, null where the answer is none. */
export function problemOf(answer: RawAnswer): string | null {
  if (!answer.body.startsWith('{')) return null
  const { code = null }: { code?: string | null } = JSON.parse(answer.body)
  return code
}

/** All of an answer that could tell one case from another. */
export function faceOf({ status, headers, body }: RawAnswer): object {
  return { status, headers: headers.filter(([name]) => !/^(?:date|x-request-id)$/.test(name)), body }
}

export async function sessionsOf({ browser }: Scene): Promise<readonly string[]> {
  const { status, body } = await browser.send('GET', '/auth/sessions')
  assert.equal(status, 200, 'the session is dead')
  return (body.sessions ?? []).map(({ id }) => id).sort()
}
