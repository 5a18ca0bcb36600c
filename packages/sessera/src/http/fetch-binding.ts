// One Auth on Fetch: what forHono and forNext are made of.

import type { Principal } from '../domain/principal.js'
import type { Authenticated } from '../kernel/recognise.js'
import { type Binding, createBinding, nobodyPassed } from './binding.js'
import type { HttpCore } from './core.js'
import { handle, isOurs } from './handler.js'
import type { HttpRequest, HttpResponse } from './message.js'

export type { Authenticated } from '../kernel/recognise.js'
export type { Delivery } from './deliver.js'

/** Who passed, and with whose guard: an app of several tenants has an Auth for each, and one says nothing to another. */
export interface Pass {
  readonly core: HttpCore
  readonly who: Authenticated
}

export interface FetchBinding extends Binding {
  /** Whether the path is one of the API. */
  isOurs(path: string): boolean
  /** The answer of the API; null: the path is none of its. */
  handle(request: HttpRequest): Promise<HttpResponse | null>
  /** @throws AuthError `unauthenticated` unless it is a pass of this Auth. */
  principalOf(pass: Pass | undefined): Principal<object>
}

/** @throws TypeError for anything that `createAuth` did not return. */
export function bindFetch(auth: object): FetchBinding {
  const binding = createBinding(auth)
  const { core } = binding
  return {
    ...binding,
    isOurs: (path) => isOurs(core, path),
    handle: (request) => handle(core, request),
    principalOf(pass) {
      if (pass === undefined || pass.core !== core) throw nobodyPassed()
      return pass.who.principal
    },
  }
}
