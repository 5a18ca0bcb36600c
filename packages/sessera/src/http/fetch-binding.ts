// One Auth on Fetch: what forHono and forNext are made of.

import { type Binding, createBinding } from './binding.js'
import { handle, isOurs } from './handler.js'
import type { HttpRequest, HttpResponse } from './message.js'

export type { Authenticated } from '../kernel/recognise.js'
export type { Pass } from './binding.js'
export type { Delivery } from './deliver.js'

export interface FetchBinding extends Binding {
  /** Whether the path is one of the API. */
  isOurs(path: string): boolean
  /** The answer of the API; null: the path is none of its. */
  handle(request: HttpRequest): Promise<HttpResponse | null>
}

/** @throws TypeError for anything that `createAuth` did not return. */
export function bindFetch(auth: object): FetchBinding {
  const binding = createBinding(auth)
  const { core } = binding
  return {
    ...binding,
    isOurs: (path) => isOurs(core, path),
    handle: (request) => handle(core, request),
  }
}
