// A line of the catalogue as something that is tried against a running server, and what such a server is to an attack.
// Invariant: `run` throws if the attack gets anywhere, or if the server answers otherwise than the line says.

import type { Socket } from 'node:net'
import type { Mode } from '../../../packages/sessera/src/domain/principal.js'
import type { RawRequest } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { World, WorldOptions } from '../../support/auth.js'
import type { Client } from '../../support/client.js'

/** What is tried from outside, with nothing but the address and accounts of one's own. */
export interface OutsideAttack {
  /** Its number in docs/attacks.md, or the advisory about another system that it repeats. */
  readonly line: string
  /** What is tried, in a few words. */
  readonly what: string
  /** The target must let strangers create accounts. */
  readonly registration?: true
  /** The target must have the pages of the stand-alone server. */
  readonly pages?: true
  readonly inside?: never
  run(target: Target): Promise<void>
}

/** What can be tried only by somebody who holds the server's keys, its store or its clock. */
export interface InsideAttack {
  readonly line: string
  readonly what: string
  readonly inside: true
  /** How the world is to be set up, besides what every one has. */
  readonly world?: WorldOptions
  /** On a SQLite file, not in memory. */
  readonly sqlite?: true
  run(target: Target, inside: Inside): Promise<void>
}

export type Attack = OutsideAttack | InsideAttack

export interface Account {
  readonly username: string
  readonly password: string
}

/** `owner` is who is attacked, `other` who attacks with an account of their own; of `victim` the password may be used up. */
export type Who = 'owner' | 'other' | 'victim'

export interface Target {
  /** As browsers see it: what Host says. */
  readonly origin: string
  readonly accounts: Readonly<Record<Who, Account>>
  /** Strangers may create accounts. */
  readonly registration: boolean
  /** It has the pages of the stand-alone server, with their forms. */
  readonly pages: boolean
  /** A page behind a guard that greets by name, besides the API. Null: none is known. */
  readonly guardedPage: string | null
  readonly trap: Trap
  /** One request with exactly these header lines. */
  send(request: RawRequest): Promise<RawAnswer>
  /** Exactly these bytes (latin1), read until the server closes. */
  sendBytes(bytes: string): Promise<RawAnswer>
  /** A connection that the attack closes itself. */
  connect(): Socket
  /** Somebody who holds nothing yet. */
  client(): Client
  signedIn(mode: Mode, who?: Who): Promise<Client>
}

/** A listener on this machine that nobody has a reason to call. */
export interface Trap {
  readonly url: string
  /** How often somebody came. */
  visits(): number
}

/** The server from behind. */
export interface Inside {
  readonly world: World
  /** A token with this header and these claims under a signature of the server's own key, each a text or an object. */
  forge(parts: { readonly header?: string | object; readonly payload?: string | object }): Promise<string>
  /** The header and claims of the owner's genuine token, to be altered. */
  genuine(): Promise<{
    readonly header: Readonly<Record<string, unknown>>
    readonly payload: Readonly<Record<string, unknown>>
  }>
  /** Another process on the same store and clock, and how it is reached. */
  another(options?: WorldOptions): Promise<{ readonly world: World; readonly target: Target }>
}
