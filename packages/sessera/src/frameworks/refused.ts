// What an app is told of a refusal that it words itself, in every framework alike.

import { AuthError, type ErrorCode } from '../errors.js'

/** Why a request was refused, to be told in the app's own words. */
export interface Refused {
  readonly status: number
  readonly code: ErrorCode
  /** A sentence that is safe to show: what is wrong, and what to do. */
  readonly message: string
}

/** Whether apps may word it: failures of the server stay problem documents. */
export function isForTheApp(error: unknown): error is AuthError {
  return error instanceof AuthError && error.status < 500
}

export function refusedOf({ status, code, message }: AuthError): Refused {
  return { status, code, message }
}
