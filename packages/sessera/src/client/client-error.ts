// What the server refused, as an error to catch. A network that fails is not one of these: fetch's own error stays as it is.

import type { ProblemAnswer } from '../http/contract.js'

/**
 * A refusal of the API. `code` is one of docs/errors.md, `message` a sentence that may be shown.
 *
 * Two codes are the client's own: `unexpected_answer` for what no API of Sessera has written, and `redirected` for a
 * redirect that would have carried the access token along.
 */
export class ClientError extends Error {
  /** HTTP status; 0 where the browser does not tell. */
  readonly status: number
  readonly code: string
  /** Null where the server did not say when another attempt makes sense. */
  readonly retryAfterSeconds: number | null

  constructor(status: number, code: string, message: string, retryAfterSeconds: number | null = null) {
    super(message)
    this.name = 'ClientError'
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const unexpectedAnswer = 'unexpected_answer'

export async function refusalOf(response: Response): Promise<ClientError> {
  const { status, headers } = response
  const seconds = Number(headers.get('Retry-After') ?? Number.NaN)
  const retryAfter = seconds >= 0 ? seconds : null
  const problem = await problemIn(response)
  return problem === null
    ? notOurs(response, retryAfter)
    : new ClientError(status, problem.code, problem.detail, retryAfter)
}

export function notOurs({ status, url }: Response, retryAfter: number | null = null): ClientError {
  const message = `${url} answered ${status}, but not as Sessera does. Check the origin and the basePath of the client.`
  return new ClientError(status, unexpectedAnswer, message, retryAfter)
}

async function problemIn(response: Response): Promise<ProblemAnswer | null> {
  try {
    const problem: ProblemAnswer | null = JSON.parse(await response.text())
    return problem?.type && problem.title && problem.status && problem.code && problem.detail ? problem : null
  } catch {
    return null
  }
}

/** What there is to know of a refusal; nothing of any other error. */
export function refusalIn(error: unknown): Partial<ClientError> {
  return error instanceof ClientError ? error : {}
}
