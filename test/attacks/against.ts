// The catalogue against one server at an address: every attack from outside, one after the other, and what came of it.

import { randomBytes } from 'node:crypto'
import { type Address, bytesOf, sendBytes } from '../http/raw-request.js'
import type { Account, Attack, OutsideAttack, Target, Who } from './catalogue/attack.js'
import { families } from './catalogue/index.js'
import { reach, Slowed, setTrap } from './catalogue/reach.js'

export interface Against {
  readonly url: string
  /** Three users: who is attacked, who attacks, and one whose password may be used up. Null: they are created by signing up. */
  readonly accounts: readonly Account[] | null
  readonly guardedPage: string | null
  /** Lines to try alone. Null: all. */
  readonly only: readonly string[] | null
  /** Told of each attack when it is over. */
  onTried?(tried: Tried): void
}

/** `kept`: not tried here, for the reason in `why`. */
export interface Tried {
  readonly family: string
  readonly line: string
  readonly what: string
  readonly outcome: 'held' | 'broken' | 'kept'
  readonly why: string | null
}

export class CannotAttack extends Error {}

/** @throws CannotAttack with a sentence that says what is missing. */
export async function attack({
  url,
  accounts,
  guardedPage,
  only,
  onTried,
}: Against): Promise<readonly Tried[]> {
  const { origin, protocol, hostname, port } = addressOf(url)
  const tls = protocol === 'https:'
  const trap = await setTrap()
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (tls ? 443 : 80), tls }
  try {
    const pages = await hasPages(at, origin)
    const bare = { address: at, origin, guardedPage, pages, trap }
    const known = accounts === null ? await signUp(bare) : threeOf(accounts)
    const target = reach({ ...bare, accounts: known, registration: accounts === null })
    const tried: Tried[] = []
    for (const [family, attacks] of Object.entries(families)) {
      for (const one of attacks) {
        if (only !== null && !only.includes(one.line)) continue
        const result = { family, line: one.line, what: one.what, ...(await tryOne(one, target)) }
        tried.push(result)
        onTried?.(result)
      }
    }
    return tried
  } finally {
    await trap.close()
  }
}

async function tryOne(one: Attack, target: Target): Promise<Pick<Tried, 'outcome' | 'why'>> {
  if (one.inside) return { outcome: 'kept', why: 'it takes the keys, the store or the clock: see npm test' }
  if (one.registration && !target.registration) {
    return { outcome: 'kept', why: 'it takes a server where strangers may create accounts' }
  }
  if (one.pages && !target.pages) {
    return { outcome: 'kept', why: 'it takes the pages of the stand-alone server' }
  }
  return await outcomeOf(one, target)
}

async function outcomeOf(one: OutsideAttack, target: Target): Promise<Pick<Tried, 'outcome' | 'why'>> {
  try {
    await one.run(target)
    return { outcome: 'held', why: null }
  } catch (error) {
    if (error instanceof Slowed) throw new CannotAttack(error.message)
    return { outcome: 'broken', why: error instanceof Error ? error.message : String(error) }
  }
}

async function hasPages(address: Address, origin: string): Promise<boolean> {
  const { body } = await sendBytes(address, bytesOf({ path: '/' }, new URL(origin).host))
  return body.includes('action="/sign-in"')
}

function addressOf(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new CannotAttack(
      `"${url}" is no address. Write where the server is, such as http://localhost:3000.`,
    )
  }
  return parsed
}

function threeOf([owner, other, victim]: readonly Account[]): Record<Who, Account> {
  if (owner === undefined || other === undefined || victim === undefined) {
    throw new CannotAttack(
      'It takes three accounts: one that is attacked, one that attacks, one that may be used up.',
    )
  }
  return { owner, other, victim }
}

async function signUp(
  bare: Omit<Parameters<typeof reach>[0], 'accounts' | 'registration'>,
): Promise<Record<Who, Account>> {
  const make = (who: Who): Account => ({
    username: `${who}-${randomBytes(6).toString('hex')}`,
    password: randomBytes(18).toString('base64url'),
  })
  const accounts = { owner: make('owner'), other: make('other'), victim: make('victim') }
  const target = reach({ ...bare, accounts, registration: true })
  for (const account of Object.values(accounts)) {
    const { status, text } = await target.client().send('POST', '/auth/register', { json: account })
    if (status === 201) continue
    throw new CannotAttack(
      `Signing up was answered ${status}: ${text}\nMake three users yourself, and name them in a file: --accounts FILE holds [{ "username": "…", "password": "…" }, …].`,
    )
  }
  return accounts
}
