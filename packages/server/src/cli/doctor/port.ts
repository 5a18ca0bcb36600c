// Who answers where the server would listen.

import type { Config } from '../../config.js'
import { createCheck, type Finding } from './finding.js'

const patienceMs = 2000

export async function examinePort({ host, port }: Config): Promise<Finding> {
  const check = createCheck('port')
  const reached = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  const address = `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
  try {
    const response = await fetch(`${address}/healthz`, {
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'manual',
    })
    const text = await response.text()
    return response.status === 200 && text === 'ok\n'
      ? check.ok(`A server answers at ${address}.`)
      : check.problem(`Something else answers at ${address}. Stop it, or choose another PORT.`)
  } catch (error) {
    if (isRefusal(error)) return check.ok(`${port} is free: no server runs.`)
    return check.problem(
      `${address} takes connections or swallows them, and does not answer. Look at what listens there.`,
    )
  }
}

/** Node tries each address of a name: all of them have to refuse. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  const all = cause instanceof AggregateError ? cause.errors : [cause]
  return all.every((one) => one instanceof Error && 'code' in one && one.code === 'ECONNREFUSED')
}
