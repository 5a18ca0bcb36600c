// The options of createAuth: safe defaults, and each mistake named with what to write instead.

import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { type AuthOptions, type ParsedOptions, parseOptions } from '../../../packages/sessera/src/options.js'
import { memory } from '../../../packages/sessera/src/stores/memory.js'
import { createForeignUsers } from '../../support/foreign-users.js'

const secrets = ['a secret of at least thirty-two characters']
const base: AuthOptions<object> = { origin: 'https://app.example', store: memory(), secrets }

/** As a JavaScript program could pass them, types or not. */
function parse(changes: Readonly<Record<string, unknown>>): ParsedOptions {
  const options: AuthOptions<object> = { ...base, ...changes }
  return parseOptions(options)
}

test('defaults are the safe ones of the design', () => {
  const { origin, ...parsed } = parse({})
  expect(origin.origin).toBe('https://app.example')
  expect(parsed).toEqual({
    trustedOrigins: [],
    requireOrigin: false,
    secrets,
    usesDevelopmentSecret: false,
    basePath: '/auth',
    session: { idleSeconds: 3600, absoluteSeconds: 86_400 },
    remember: { idleSeconds: 7 * 86_400, absoluteSeconds: 30 * 86_400 },
    graceMs: 10_000,
    trustLocalForMs: 0,
    algorithm: 'EdDSA',
    accessTokenSeconds: 300,
    audience: 'https://app.example',
    minPasswordLength: 15,
    newPasswords: {
      contextWords: ['app.example', 'app', 'example'],
      isBreached: null,
      whenUnreachable: 'accept',
    },
    sessionsPerUser: 100,
    administration: { role: null, invitationLink: null, keepAuditMs: 400 * 86_400_000 },
  })
})

describe('without secrets', () => {
  test.each(['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080', 'https://localhost'])(
    '%s gets the development secret',
    (origin) => {
      expect(parse({ origin, secrets: undefined }).usesDevelopmentSecret).toBe(true)
      expect(parse({ origin, secrets: [] }).usesDevelopmentSecret).toBe(true)
      expect(parse({ origin }).usesDevelopmentSecret).toBe(false)
    },
  )

  test.each([
    'https://app.example',
    'https://localhost.example',
    'https://127.0.0.2',
    'https://app.localhost',
  ])('%s is told to set one', (origin) => {
    expect(() => parse({ origin, secrets: undefined })).toThrow('Set "secrets"')
    expect(() => parse({ origin, secrets: [] })).toThrow('Set "secrets"')
  })
})

describe('an http origin', () => {
  test.each([
    'http://app.example',
    'http://192.168.1.5:3000',
    'http://localhost.evil.example',
    'http://127.0.0.1.example',
  ])('%s is refused, unless the danger is named', (origin) => {
    expect(() => parse({ origin })).toThrow('is plain http')
    expect(() => parse({ origin, dangerouslyAllowHttp: 'yes' })).toThrow('is plain http')
    expect(parse({ origin, dangerouslyAllowHttp: true }).origin.origin).toBe(origin)
  })
})

describe('each mistake is named', () => {
  test.each([
    [{ trustedOrigin: ['https://admin.example'] }, 'There is no option "trustedOrigin"'],
    [{ sessions: { grace: 0 } }, 'There is no option "sessions.grace"'],
    [{ tokens: { lifeTime: '5m' } }, 'There is no option "tokens.lifeTime"'],
    [{ ['__proto__x']: 1 }, 'There is no option "__proto__x"'],
    [{ toString: 1 }, 'There is no option "toString"'],
    [{ origin: 'app.example' }, '"app.example" is not an origin'],
    [{ origin: 'https://app.example/' }, 'Write "https://app.example"'],
    [{ origin: 'https://*.example' }, 'wildcards'],
    [{ trustedOrigins: ['https://admin.example/x'] }, 'is more than an origin'],
    [{ trustedOrigins: ['null'] }, '"null" is not an origin'],
    [{ store: undefined }, 'Set "store"'],
    [{ store: 'auth.db' }, 'Set "store"'],
    [{ registration: 'Open' }, 'It is either "closed" or "open"'],
    [{ registration: true }, 'It is either "closed" or "open"'],
    [{ requireOrigin: 'yes' }, 'requireOrigin is "yes". It is either true or false'],
    [{ registration: 'open', users: createForeignUsers().source }, 'leave "registration" closed'],
    [{ basePath: '/' }, 'basePath is "/"'],
    [{ basePath: 'auth' }, 'basePath is "auth"'],
    [{ basePath: '/auth/' }, 'basePath is "/auth/"'],
    [{ basePath: '/auth; Domain=evil' }, 'basePath is'],
    [{ sessions: { idle: '59s' } }, 'the idle limit must be a minute or more'],
    [{ sessions: { idle: '25h' } }, 'sessions.idle and absolute'],
    [{ sessions: { absolute: '401d', rememberAbsolute: '500d' } }, 'at most 400 days'],
    [{ sessions: { rememberIdle: '31d' } }, 'sessions.rememberIdle and rememberAbsolute'],
    [{ sessions: { absolute: '30d' } }, 'sessions.rememberAbsolute must be longer'],
    [{ sessions: { idle: 'an hour' } }, '"an hour" is not a duration'],
    [{ sessions: { refreshGrace: '61s' } }, 'sessions.refreshGrace is 61000'],
    [{ sessions: { refreshGrace: 0.5 } }, 'sessions.refreshGrace is 0.5'],
    [{ tokens: { lifetime: '16m' } }, 'tokens.lifetime is 960000'],
    [{ tokens: { lifetime: 999 } }, 'tokens.lifetime is 999'],
    [{ tokens: { algorithm: 'none' } }, 'tokens.algorithm is "none"'],
    [{ tokens: { algorithm: 'eddsa' } }, 'tokens.algorithm is "eddsa"'],
    [{ tokens: { audience: '' } }, 'tokens.audience is empty'],
    [{ minPasswordLength: 7 }, 'minPasswordLength is 7'],
    [{ minPasswordLength: 65 }, 'minPasswordLength is 65'],
    [{ minPasswordLength: '15' }, 'minPasswordLength is 15'],
    [{ passwords: { pepper: 'x'.repeat(32) } }, 'There is no option "passwords.pepper"'],
    [{ passwords: { peppers: ['x'.repeat(31)] } }, 'at least 32 characters'],
    [{ passwords: { peppers: 'x'.repeat(32) } }, 'is a list of secrets'],
    [{ passwords: { peppers: [undefined] } }, 'is a list of secrets'],
    [{ passwords: { peppers: ['x'.repeat(32), 'x'.repeat(32)] } }, 'the same pepper twice'],
    [{ passwords: { contextWords: 'Acme' } }, 'passwords.contextWords is a list of words'],
    [{ passwords: { contextWords: [1] } }, 'passwords.contextWords is a list of words'],
    [{ passwords: { isBreached: true } }, 'passwords.isBreached is a function'],
    [{ passwords: { whenUnreachable: 'ignore' } }, 'It is either "accept" or "refuse"'],
  ])('%j', (changes, sentence) => {
    expect(() => parse(changes)).toThrow(ConfigurationError)
    expect(() => parse(changes)).toThrow(sentence)
  })
})

test.each([
  [{ sessions: { refreshGrace: 0 } }, 'graceMs', 0],
  [{ tokens: { lifetime: 1500 } }, 'accessTokenSeconds', 1],
  [{ tokens: { lifetime: '15m' } }, 'accessTokenSeconds', 900],
  [{ minPasswordLength: 8 }, 'minPasswordLength', 8],
  [
    { passwords: { contextWords: ['Acme', 'IT'] } },
    'newPasswords',
    { contextWords: ['acme', 'app.example', 'app', 'example'], isBreached: null, whenUnreachable: 'accept' },
  ],
  [{ basePath: '/api/v1/auth' }, 'basePath', '/api/v1/auth'],
  [{ trustedOrigins: ['https://admin.example'] }, 'trustedOrigins', ['https://admin.example']],
] as const)('%j gives %s %j', (changes, name, value) => {
  expect(parse(changes)[name]).toEqual(value)
})

describe('administration', () => {
  test('is off, with a role of the app or not, until it is named', () => {
    expect(parse({ administration: { role: 'admin', keepAudit: '30d' } }).administration).toEqual({
      role: 'admin',
      invitationLink: null,
      keepAuditMs: 30 * 86_400_000,
    })
  })

  test.each([
    [{ administration: { role: 'a role' } }, /administration\.role is "a role"/],
    [{ administration: { role: '' } }, /administration\.role is ""/],
    [{ administration: { invitationLink: '/welcome?invitation={token}' } }, /invitationLink is "\/welcome/],
    [{ administration: { invitationLink: 'https://app.example/welcome' } }, /with \{token\} in it/],
    [{ administration: { invitationLink: 'https://a.example/{token}/{token}' } }, /with \{token\} in it/],
    [{ administration: { invitationLink: 'javascript:{token}' } }, /with \{token\} in it/],
    [{ administration: { keepAudit: '23h' } }, /keepAudit is less than a day/],
    [{ administration: { roles: 'admin' } }, /There is no option "administration\.roles"/],
    [{ sessions: { perUser: 0 } }, /sessions\.perUser is 0/],
    [{ sessions: { perUser: 1001 } }, /sessions\.perUser is 1001/],
  ])('%j is refused', (options, sentence) => {
    expect(() => parse(options)).toThrow(sentence)
  })
})
