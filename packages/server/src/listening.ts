// The life of a listening socket: what keeps it from opening is told in a sentence, and it closes in bounded time.

import type { Server } from 'node:http'
import { ConfigurationError } from 'sessera'
import { codeOf } from './data-folder.js'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Sentences for the operator, who knows the address by the settings that it comes from. */
export interface Explanations {
  inUse(address: Address): string
  forbidden(address: Address): string
  unknownHost(address: Address): string
}

export const explainPort: Explanations = {
  inUse: ({ port }) =>
    `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port === 65_535 ? 3000 : port + 1} npm start`,
  forbidden: ({ port }) =>
    `This user may not listen on port ${port}. Choose one above 1023, such as PORT=3000.`,
  unknownHost: ({ host }) =>
    `HOST is "${host}", which is no address of this machine. Write one, or HOST=localhost.`,
}

/** @throws ConfigurationError when the address cannot be listened on. */
export function listen(server: Server, address: Address, explanations: Explanations): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(explain(error, address, explanations))
    server.once('error', fail)
    server.listen({ ...address }, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

function explain(error: Error, address: Address, { inUse, forbidden, unknownHost }: Explanations): Error {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new ConfigurationError(inUse(address))
    case 'EACCES':
      return new ConfigurationError(forbidden(address))
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new ConfigurationError(unknownHost(address))
    default:
      return error
  }
}

/** Requests in progress may end; what takes longer is cut off. */
export function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // Node closes idle connections once; those whose last answer comes later would linger until their time-out.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearInterval(sweep)
      clearTimeout(cut)
      resolve()
    })
  })
}
