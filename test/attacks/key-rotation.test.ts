// Attack 87: signing keys are rotated while two processes serve and a third party checks tokens by cached public keys. Not one
// valid token is refused, from before the new key to after the old one has gone; and the emergency does refuse.

import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { coreOf } from '../../packages/sessera/src/http/core.js'
import { atOnce, origin, password } from '../support/auth.js'
import { Client } from '../support/client.js'
import { createTwoNodes, type TwoNodes } from '../support/two-nodes.js'

const stepMs = 20_000
const tendEveryMs = 60_000
const tokenLifeMs = 300_000

interface Traffic {
  readonly clients: readonly Client[]
  /** Everyone asks at both processes, all at once; who has to refreshes first. Answers with what was not a 200. */
  round(): Promise<readonly string[]>
}

async function begin(nodes: TwoNodes): Promise<Traffic> {
  const clients: Client[] = []
  for (let index = 0; index < 6; index++) {
    const { auth } = index % 2 === 0 ? nodes.a : nodes.b
    const client = new Client(origin, (request) => auth.fetch(request))
    await client.login('ada', password, { mode: index < 4 ? 'token' : 'hybrid', remember: true })
    clients.push(client)
  }
  const refreshedAt = clients.map(() => nodes.a.clock.now())
  return {
    clients,
    async round() {
      const now = nodes.a.clock.now()
      const answers = await atOnce(clients.length, async (index) => {
        const client = clients[index]
        if (client === undefined) return []
        const refused: string[] = []
        if (index < 4 && now - (refreshedAt[index] ?? 0) > tokenLifeMs - 2 * stepMs - index * 1000) {
          refreshedAt[index] = now
          const { status } = await client.refresh()
          if (status !== 200) refused.push(`refresh ${status}`)
        }
        for (const { auth } of [nodes.a, nodes.b]) {
          const there = new Client(origin, (request) => auth.fetch(request), client.held)
          const { status } = await there.me()
          if (status !== 200) refused.push(`me ${status}`)
        }
        return refused
      })
      return answers.flat()
    },
  }
}

/** A library elsewhere, which keeps the public keys as long as it was told. */
function createVerifier({ a }: TwoNodes): (token: string) => Promise<boolean> {
  let held: { readonly keys: ReturnType<typeof createLocalJWKSet>; readonly until: number } | null = null
  return async (token) => {
    const now = a.clock.now()
    if (held === null || now >= held.until) {
      const answer = await a.auth.fetch(new Request(`${origin}/.well-known/jwks.json`))
      const seconds = Number(/max-age=(\d+)/.exec(answer.headers.get('cache-control') ?? '')?.[1])
      const keys: JSONWebKeySet = JSON.parse(await answer.text())
      held = { keys: createLocalJWKSet(keys), until: now + seconds * 1000 }
    }
    try {
      await jwtVerify(token, held.keys, { issuer: origin, audience: origin, currentDate: new Date(now) })
      return true
    } catch (error) {
      if (error instanceof errors.JOSEError) return false
      throw error
    }
  }
}

function kidOf(token: string | null): string {
  const [header = ''] = (token ?? '').split('.')
  const { kid }: { kid: string } = JSON.parse(Buffer.from(header, 'base64url').toString())
  return kid
}

async function tendBoth({ a, b }: TwoNodes): Promise<void> {
  for (const { auth } of [a, b]) await coreOf(auth).kernel.keyring.tend()
}

describe('87: keys are rotated', () => {
  test('by schedule of the operator: nobody is refused at any moment, here or elsewhere', async () => {
    const nodes = await createTwoNodes()
    const traffic = await begin(nodes)
    const verify = createVerifier(nodes)
    const first = kidOf(traffic.clients[0]?.held.accessToken ?? null)
    const refused: string[] = await Promise.all([traffic.round(), traffic.round()]).then((all) => all.flat())

    const next = await nodes.a.auth.keys.rotate()
    const signedBy = new Set<string>()
    for (let passed = 0; passed < 30 * 60_000; passed += stepMs) {
      nodes.pass(stepMs)
      if (passed % tendEveryMs === 0) await tendBoth(nodes)
      refused.push(...(await traffic.round()))
      for (const client of traffic.clients.slice(0, 4)) {
        const token = client.held.accessToken ?? ''
        signedBy.add(kidOf(token))
        if (!(await verify(token))) refused.push('elsewhere')
      }
    }

    expect(refused).toEqual([])
    expect([...signedBy]).toEqual([first, next])
    expect((await nodes.b.auth.keys.list()).map(({ kid, state }) => [kid, state])).toEqual([
      [next, 'signing'],
    ])
  })

  test('in an emergency: tokens under the key are refused by both processes, refreshing goes on', async () => {
    const nodes = await createTwoNodes()
    const traffic = await begin(nodes)
    const [client] = traffic.clients
    const kid = kidOf(client?.held.accessToken ?? null)
    expect(await traffic.round()).toEqual([])

    expect(await nodes.a.auth.keys.revoke(kid)).toBe(true)
    nodes.pass(1001)
    for (const { auth } of [nodes.a, nodes.b]) {
      const there = new Client(origin, (request) => auth.fetch(request), client?.held)
      expect((await there.me()).status).toBe(401)
    }
    expect((await client?.refresh())?.status).toBe(200)
    expect(kidOf(client?.held.accessToken ?? null)).not.toBe(kid)
    expect((await client?.me())?.status).toBe(200)
  })
})
