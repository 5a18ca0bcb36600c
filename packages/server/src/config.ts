// The environment as configuration. Pure; all mistakes are found at once, each told in a sentence that says what to write.

import { ConfigurationError, createRangeCheck } from 'sessera'
import { type LogLevel, logLevels } from './logger.js'
import { type MetricsAddress, parseMetricsAddress } from './metrics/address.js'

export interface Config {
  readonly port: number
  readonly host: string
  /** The one origin under which browsers see this server. */
  readonly origin: string
  readonly dataFolder: string
  /** Null: one is kept in the data folder. */
  readonly secrets: readonly string[] | null
  /** Secrets that go into every password hash. The first makes new ones, all verify. */
  readonly peppers: readonly string[]
  /** What people call this app: a new password may not consist of it. Null: only its host is known. */
  readonly appName: string | null
  /** Ranges of passwords known from breaches, which new ones are held against. Null: nobody is asked. */
  readonly breachUrl: string | null
  /** Whether strangers may create accounts. */
  readonly registration: 'open' | 'closed'
  /** Addresses or ranges of proxies whose `X-Forwarded-*` is believed. */
  readonly trustedProxies: readonly string[]
  /** How many processes answer requests; `auto` is one for each processor. */
  readonly workers: number | 'auto'
  /** Where the metrics are served. Null: nothing is measured. */
  readonly metrics: MetricsAddress | null
  /** The file that the record of events is written to, besides the database. Null: standard output. */
  readonly auditLog: string | null
  /** Lines of the log below this are left out. The record is never. */
  readonly logLevel: LogLevel
}

export type Environment = Readonly<Record<string, string | undefined>>

export const minSecretLength = 32
export const maxWorkers = 64
export const workersRule: string = `Write a number from 1 to ${maxWorkers}, or "auto" for one per processor.`

const defaults = { port: 3000, host: 'localhost', dataFolder: './sessera-data' }
const howToMakeOne = `Make one with: node -p "crypto.randomBytes(32).toString('base64url')"`

/** @throws ConfigurationError with one line for each mistake. */
export function parseConfig(env: Environment): Config {
  const mistakes: string[] = []
  function attempt<T>(parse: () => T, otherwise: T): T {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      mistakes.push(error.message)
      return otherwise
    }
  }

  const port = attempt(() => parsePort(env['PORT'] || String(defaults.port)), defaults.port)
  const local = new URL(`http://localhost:${port}`)
  const origin = attempt(() => parseOrigin(env['SESSERA_ORIGIN'] || local.origin), local)
  const host = attempt(() => parseHost(env['HOST'] || defaults.host, origin), defaults.host)
  const secrets = attempt(() => parseSecrets(env['SESSERA_SECRET']), null)
  const peppers = attempt(() => parsePeppers(env['SESSERA_PEPPER']), [])
  const registration = attempt(() => parseRegistration(env['SESSERA_REGISTRATION'], origin), 'closed')
  const workers = attempt(() => parseWorkers(env['SESSERA_WORKERS'] || '1'), 1)
  const metrics = attempt(() => parseMetricsAddress(env['SESSERA_METRICS'] || 'off'), null)
  const breachUrl = attempt(() => parseBreachUrl(env['SESSERA_BREACH_URL']), null)
  const logLevel = attempt(() => parseLogLevel(env['SESSERA_LOG_LEVEL'] || 'info'), 'info')
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.join('\n'))
  return {
    port,
    host,
    origin: origin.origin,
    dataFolder: env['SESSERA_DATA'] || defaults.dataFolder,
    secrets,
    peppers,
    appName: env['SESSERA_APP_NAME'] || null,
    breachUrl,
    registration,
    trustedProxies: listOf(env['SESSERA_TRUSTED_PROXIES'] ?? ''),
    workers,
    metrics,
    auditLog: env['SESSERA_AUDIT_LOG'] || null,
    logLevel,
  }
}

export function isWorkers(text: string): boolean {
  return text === 'auto' || (/^[1-9]\d?$/.test(text) && Number(text) <= maxWorkers)
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) {
    throw new ConfigurationError(`PORT is "${text}". Write a number from 1 to 65535, such as 3000.`)
  }
  return port
}

function parseOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ConfigurationError(
      `SESSERA_ORIGIN is "${text}". Write the scheme and host that browsers use, such as "https://auth.example.com".`,
    )
  }
  if (url.origin !== text) {
    throw new ConfigurationError(`SESSERA_ORIGIN is "${text}". Write exactly "${url.origin}".`)
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new ConfigurationError(
      `SESSERA_ORIGIN is "${text}": over plain http anyone on the way reads the cookies. Write https, and let a proxy in front hold the certificate.`,
    )
  }
  return url
}

/** Cookies of a plain http loopback origin are not `Secure`: nobody else's machine may come to hold one. */
function parseHost(host: string, { protocol, hostname, origin }: URL): string {
  if (/[^\w.:%-]/.test(host)) {
    throw new ConfigurationError(
      `HOST is "${host}". Write a name or an address to listen on, such as "localhost" or "0.0.0.0".`,
    )
  }
  if (protocol === 'http:' && isLoopback(hostname) && !isLoopback(host)) {
    throw new ConfigurationError(
      `HOST is "${host}", which other machines can reach, but the origin ${origin} is for this machine only. Set SESSERA_ORIGIN to the https address that browsers use, or start with HOST=localhost.`,
    )
  }
  return host
}

function parseSecrets(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null
  if (text.trim() === '') {
    throw new ConfigurationError(
      `SESSERA_SECRET is empty. Leave it out to keep a secret in the data folder, or set it. ${howToMakeOne}`,
    )
  }
  return parseKeys('SESSERA_SECRET', 'secret', text)
}

function parsePeppers(text: string | undefined): readonly string[] {
  return text === undefined || text.trim() === '' ? [] : parseKeys('SESSERA_PEPPER', 'pepper', text)
}

function parseBreachUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  try {
    createRangeCheck({ url: text })
    return text
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    throw new ConfigurationError(
      `SESSERA_BREACH_URL is "${text}". Write an address that begins with https://, such as "https://api.pwnedpasswords.com/range".`,
    )
  }
}

function parseKeys(variable: string, noun: string, text: string): readonly string[] {
  const keys = text.split(',').map((key) => key.trim())
  keys.forEach((key, index) => {
    const which = keys.length === 1 ? variable : `${variable}: ${noun} ${index + 1} of ${keys.length}`
    if (key.length < minSecretLength) {
      throw new ConfigurationError(
        `${which} has ${key.length} characters and needs ${minSecretLength}. ${howToMakeOne}`,
      )
    }
    if (keys.indexOf(key) !== index)
      throw new ConfigurationError(`${which} is in the list twice. Remove one.`)
  })
  return keys
}

function parseRegistration(text: string | undefined, { hostname }: URL): 'open' | 'closed' {
  if (text === undefined || text === '') return isLoopback(hostname) ? 'open' : 'closed'
  if (text !== 'open' && text !== 'closed') {
    throw new ConfigurationError(`SESSERA_REGISTRATION is "${text}". Write "open" or "closed".`)
  }
  return text
}

function parseWorkers(text: string): number | 'auto' {
  if (!isWorkers(text)) throw new ConfigurationError(`SESSERA_WORKERS is "${text}". ${workersRule}`)
  return text === 'auto' ? text : Number(text)
}

function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text)
  if (level === undefined) {
    throw new ConfigurationError(`SESSERA_LOG_LEVEL is "${text}". Write one of: ${logLevels.join(', ')}.`)
  }
  return level
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** A host of this machine alone, as `URL.hostname` or as people write it. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
