// Where the metrics are served, as SESSERA_METRICS says it. Pure.

import { ConfigurationError } from 'sessera'

export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

/** A port alone is for this machine: what is served there is for nobody else's eyes. */
const ownHost = '127.0.0.1'

/** Null: off. @throws ConfigurationError */
export function parseMetricsAddress(text: string): MetricsAddress | null {
  if (text === 'off') return null
  const { host = ownHost, port = '' } =
    /^(?:(?<host>[\w.-]+|\[[\da-f:.%]+\]):)?(?<port>\d{1,5})$/i.exec(text)?.groups ?? {}
  if (Number(port) < 1 || Number(port) > 65_535) {
    throw new ConfigurationError(
      `SESSERA_METRICS is "${text}". Write "off", a port such as "9464", or an address and a port such as "10.0.0.5:9464".`,
    )
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}
