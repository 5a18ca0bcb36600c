// A route's demands, and the one place that judges a principal by them.

import { AuthError, ConfigurationError } from '../errors.js'
import { parseDuration } from './duration.js'
import { type Check, type Mode, modes, type Principal } from './principal.js'

/** What a route asks of whoever calls it. Everything absent is not asked, but `kind`: users only. */
export interface Demands {
  /** Ways of holding a session that are welcome here. */
  readonly accept?: readonly Mode[]
  /** Default `user`. */
  readonly kind?: 'user' | 'client' | 'any'
  /** Any one of these. */
  readonly roles?: readonly string[]
  /** All of these. */
  readonly scopes?: readonly string[]
  /** Default `feed`. */
  readonly check?: Check
  /** How recently the person must have proven who they are: `'5m'`, or milliseconds. */
  readonly provenWithin?: string | number
  /** At least this many factors. */
  readonly factors?: number
}

/** Demands with every default filled in, made once per route. */
export interface ParsedDemands {
  readonly accept: readonly Mode[] | null
  readonly kind: 'user' | 'client' | 'any'
  readonly roles: readonly string[] | null
  readonly scopes: readonly string[]
  readonly check: Check
  readonly provenWithinMs: number | null
  readonly factors: number
}

const isList = (value: unknown, of: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(of)
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const isRight: Readonly<Record<keyof Demands, (value: unknown) => boolean>> = {
  accept: (value) => isList(value, (item) => modes.some((mode) => mode === item)),
  kind: (value) => value === 'user' || value === 'client' || value === 'any',
  roles: (value) => isList(value, isText),
  scopes: (value) => isList(value, isText),
  check: (value) => value === 'local' || value === 'feed' || value === 'store',
  provenWithin: (value) => typeof value === 'string' || typeof value === 'number',
  factors: (value) => Number.isSafeInteger(value),
}
const judges: ReadonlyMap<string, (value: unknown) => boolean> = new Map(Object.entries(isRight))

/** @throws ConfigurationError for whatever is no demand: left out in silence, it would let everybody in. */
export function parseDemands(demands: Demands): ParsedDemands {
  for (const name in demands) refuseMistake(name, Reflect.get(demands, name))
  return {
    accept: demands.accept ?? null,
    kind: demands.kind ?? 'user',
    roles: demands.roles ?? null,
    scopes: demands.scopes ?? [],
    check: demands.check ?? 'feed',
    provenWithinMs: demands.provenWithin === undefined ? null : parseDuration(demands.provenWithin),
    factors: demands.factors ?? 0,
  }
}

function refuseMistake(name: string, value: unknown): void {
  if (judges.get(name)?.(value) === true) return
  throw new ConfigurationError(
    judges.has(name)
      ? `The demand "${name}" cannot be ${JSON.stringify(value)}. Leave it out if nothing is asked.`
      : `There is no demand "${name}". There are: ${[...judges.keys()].join(', ')}.`,
  )
}

export const noDemands: ParsedDemands = parseDemands({})

/**
 * Lets a principal pass or throws. Each demand stands alone: meeting one never excuses another.
 *
 * @throws AuthError `forbidden`, `mode_refused`, `insufficient_scope` or `reauthentication_required`.
 */
export function refuseUnmet(principal: Principal<object>, demands: ParsedDemands, now: number): void {
  if (demands.kind !== 'any' && principal.kind !== demands.kind) throw new AuthError('forbidden')
  if (demands.accept !== null && (principal.mode === null || !demands.accept.includes(principal.mode))) {
    throw new AuthError('mode_refused')
  }
  if (demands.roles !== null && !demands.roles.some((role) => principal.roles.includes(role))) {
    throw new AuthError('forbidden')
  }
  if (demands.scopes.length > 0 && !demands.scopes.every((scope) => principal.scopes.includes(scope))) {
    throw new AuthError('insufficient_scope')
  }
  if (principal.factors.length < demands.factors) throw new AuthError('reauthentication_required')
  const { provenWithinMs } = demands
  if (provenWithinMs !== null && now - principal.provenAt > provenWithinMs) {
    throw new AuthError('reauthentication_required', { maxAgeSeconds: Math.floor(provenWithinMs / 1000) })
  }
}
