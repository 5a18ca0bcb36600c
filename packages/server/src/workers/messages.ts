// What the primary and its workers tell each other, over the channel that only they have.

import type { Config } from '../config.js'
import type { Report } from '../metrics/report.js'

export type ToWorker =
  /** The answer to `here`. Carries the secrets, so that all workers have the same, whatever happens to files meanwhile. */
  | {
      readonly kind: 'start'
      readonly slot: number
      readonly config: Config
      readonly secrets: readonly string[]
    }
  | { readonly kind: 'stop' }
  /** Somebody has moved the audit log away. */
  | { readonly kind: 'reopen' }
  /** What has it measured? */
  | { readonly kind: 'report'; readonly id: number }

export type FromWorker =
  /** It listens. What is sent to it before is lost. */
  | { readonly kind: 'here' }
  | { readonly kind: 'ready' }
  /** It could not start, and ends. */
  | { readonly kind: 'failed'; readonly sentence: string }
  | { readonly kind: 'reported'; readonly id: number; readonly report: Report }
