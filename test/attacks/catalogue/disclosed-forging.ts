// What can be made of a genuine token: with the published keys alone, or from inside under our own key. All is refused alike.

import assert from 'node:assert/strict'
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { RawRequest } from '../../http/raw-request.js'
import type { WorldOptions } from '../../support/auth.js'
import type { InsideAttack, OutsideAttack, Target } from './attack.js'
import { refuseAlike } from './disclosed-together.js'
import { cookieNamed, me, type Scene, sceneOf, setScene } from './refusal.js'

export type Json = Readonly<Record<string, unknown>>

export interface Genuine {
  readonly token: string
  readonly header: Json
  readonly algorithm: unknown
  readonly payload: Json
  /** The header, the claims and the signature as they are spelt. */
  readonly parts: readonly [string, string, string]
  /** Empty where the tokens are only for ourselves. */
  readonly published: readonly Published[]
}

export interface Published {
  readonly jwk: JsonWebKey & { readonly kid?: string; readonly alg?: string; readonly use?: string }
  readonly key: KeyObject
}

export interface Forgery {
  readonly line: string
  readonly what: string
  forge(genuine: Genuine): readonly string[]
}

/** Each of them, as a bearer token and as an access cookie, each from a token that was genuine in that place. */
export function refusedTokens(forgeries: readonly Forgery[]): readonly OutsideAttack[] {
  return forgeries.map(
    (forgery): OutsideAttack => ({
      line: forgery.line,
      what: forgery.what,
      run: (target) => refuseForgery(target, forgery),
    }),
  )
}

/** All of them once more where the tokens are signed otherwise. */
export function refusedTokensUnder(
  tokens: NonNullable<WorldOptions['tokens']>,
  { line, what, forgeries }: { line: string; what: string; forgeries: readonly Forgery[] },
): InsideAttack {
  return {
    line,
    what,
    inside: true,
    world: { tokens },
    async run(target) {
      for (const forgery of forgeries) await refuseForgery(target, forgery)
    },
  }
}

interface UnderOurKey {
  readonly line: string
  readonly what: string
  readonly world?: WorldOptions
  /** What each of them has instead of the genuine header or claims. */
  alter(genuine: Pick<Genuine, 'header' | 'payload'>): readonly Partial<Pick<Genuine, 'header' | 'payload'>>[]
}

/** Tokens that our own key has signed, and that are none all the same. */
export function refusedUnderOurKey({ line, what, world, alter }: UnderOurKey): InsideAttack {
  return {
    line,
    what,
    inside: true,
    ...(world === undefined ? {} : { world }),
    async run(target, inside) {
      const scene = await setScene(target)
      const genuine = await inside.genuine()
      const faithful = await target.send(asBearer(await inside.forge(genuine)))
      assert.equal(faithful.status, 200, 'a faithful copy is refused too')
      const tokens = await Promise.all(
        alter(genuine).map((altered) => inside.forge({ ...genuine, ...altered })),
      )
      await refuseAlike(scene, tokens.map(asBearer), asJunk)
    },
  }
}

export function asBearer(token: string): RawRequest {
  return me(['Authorization', `Bearer ${token}`])
}

/** The answer to any bearer token that is none. */
const asJunk = { status: 401, like: asBearer('x') } as const

export function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

export function decode(part: string): Json {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

async function publishedBy(target: Target): Promise<readonly Published[]> {
  const { status, body } = await target.send({ path: '/.well-known/jwks.json' })
  assert.equal(status, 200, 'there are no public keys')
  const { keys }: { keys: readonly Published['jwk'][] } = JSON.parse(body)
  return keys.map((jwk) => ({ jwk, key: createPublicKey({ key: jwk, format: 'jwk' }) }))
}

async function refuseForgery(target: Target, { forge }: Forgery): Promise<void> {
  const scene = await sceneOf(target)
  const published = await publishedBy(target)
  await refuseAlike(scene, forge(read(scene.token, published)).map(asBearer), asJunk)
  const name = cookieNamed('access', scene)
  const asCookie = (value: string): RawRequest => me(['Cookie', `${name}=${value}`])
  const hybrid = await hybridTokenOf(scene)
  assert.equal((await target.send(asCookie(hybrid))).status, 200, 'the genuine access cookie is refused too')
  await refuseAlike(scene, forge(read(hybrid, published)).map(asCookie), { status: 401, like: asCookie('x') })
}

function read(token: string, published: readonly Published[]): Genuine {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const { alg, ...rest } = decode(header)
  return {
    token,
    header: { alg, ...rest },
    algorithm: alg,
    payload: decode(payload),
    parts: [header, payload, signature],
    published,
  }
}

const hybridTokens = new WeakMap<Scene, string>()

async function hybridTokenOf(scene: Scene): Promise<string> {
  const token = hybridTokens.get(scene) ?? (await scene.target.signedIn('hybrid')).cookie('access')
  assert(token !== null, 'A hybrid sign-in gave no access cookie.')
  hybridTokens.set(scene, token)
  return token
}
