// The settings of the server by environment: defaults, values, and a sentence for each mistake that repeats no secret.

import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../packages/server/src/config.js'

const secret = 'a server secret of at least 32 characters'
const other = 'another secret of at least 32 characters'

describe('without any setting', () => {
  it('serves this machine, keeps a secret of its own, and lets strangers register', () => {
    expect(parseConfig({})).toEqual({
      port: 3000,
      host: 'localhost',
      origin: 'http://localhost:3000',
      dataFolder: './sessera-data',
      secrets: null,
      peppers: [],
      appName: null,
      breachUrl: null,
      registration: 'open',
      trustedProxies: [],
      workers: 1,
      auditLog: null,
      logLevel: 'info',
      metrics: null,
    })
  })

  it('takes an empty setting for none, as container files write it', () => {
    const empty = {
      PORT: '',
      HOST: '',
      SESSERA_ORIGIN: '',
      SESSERA_DATA: '',
      SESSERA_REGISTRATION: '',
      SESSERA_WORKERS: '',
      SESSERA_AUDIT_LOG: '',
      SESSERA_LOG_LEVEL: '',
      SESSERA_METRICS: '',
    }
    expect(parseConfig(empty)).toEqual(parseConfig({}))
  })
})

describe('each setting', () => {
  it.each([
    { env: { PORT: '8080' }, gives: { port: 8080, origin: 'http://localhost:8080' } },
    { env: { PORT: '80' }, gives: { port: 80, origin: 'http://localhost' } },
    { env: { HOST: '127.0.0.1' }, gives: { host: '127.0.0.1' } },
    {
      env: { HOST: '::1', SESSERA_ORIGIN: 'http://[::1]:3000' },
      gives: { host: '::1', registration: 'open' },
    },
    { env: { SESSERA_DATA: '/var/lib/sessera' }, gives: { dataFolder: '/var/lib/sessera' } },
    {
      env: { SESSERA_ORIGIN: 'https://auth.example.com', HOST: '0.0.0.0' },
      gives: { origin: 'https://auth.example.com', host: '0.0.0.0', registration: 'closed' },
    },
    {
      env: { SESSERA_ORIGIN: 'https://auth.example.com', SESSERA_REGISTRATION: 'open' },
      gives: { registration: 'open' },
    },
    { env: { SESSERA_REGISTRATION: 'closed' }, gives: { registration: 'closed' } },
    { env: { SESSERA_ORIGIN: 'https://localhost:8443', HOST: '0.0.0.0' }, gives: { host: '0.0.0.0' } },
    { env: { SESSERA_SECRET: secret }, gives: { secrets: [secret] } },
    { env: { SESSERA_SECRET: `${secret}, ${other}` }, gives: { secrets: [secret, other] } },
    { env: { SESSERA_PEPPER: `${secret}, ${other}` }, gives: { peppers: [secret, other] } },
    { env: { SESSERA_APP_NAME: 'Acme Bank' }, gives: { appName: 'Acme Bank' } },
    {
      env: { SESSERA_BREACH_URL: 'https://ranges.example/range' },
      gives: { breachUrl: 'https://ranges.example/range' },
    },
    {
      env: { SESSERA_TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' },
      gives: { trustedProxies: ['loopback', '10.0.0.0/8'] },
    },
    { env: { SESSERA_WORKERS: '64' }, gives: { workers: 64 } },
    { env: { SESSERA_METRICS: 'off' }, gives: { metrics: null } },
    { env: { SESSERA_METRICS: '9464' }, gives: { metrics: { host: '127.0.0.1', port: 9464 } } },
    { env: { SESSERA_METRICS: '0.0.0.0:9464' }, gives: { metrics: { host: '0.0.0.0', port: 9464 } } },
    { env: { SESSERA_METRICS: '[::1]:9464' }, gives: { metrics: { host: '::1', port: 9464 } } },
    { env: { SESSERA_WORKERS: 'auto' }, gives: { workers: 'auto' } },
    { env: { SESSERA_AUDIT_LOG: '/var/log/sessera/audit' }, gives: { auditLog: '/var/log/sessera/audit' } },
    { env: { SESSERA_LOG_LEVEL: 'warn' }, gives: { logLevel: 'warn' } },
  ])('$env gives $gives', ({ env, gives }) => {
    expect(parseConfig(env)).toMatchObject(gives)
  })
})

describe('a mistake is told in a sentence that says what to write', () => {
  it.each([
    { env: { PORT: 'http' }, says: 'PORT is "http". Write a number from 1 to 65535, such as 3000.' },
    { env: { PORT: '0' }, says: 'PORT is "0". Write a number' },
    { env: { PORT: '65536' }, says: 'PORT is "65536". Write a number' },
    { env: { PORT: '3e3' }, says: 'PORT is "3e3". Write a number' },
    { env: { PORT: '-1' }, says: 'PORT is "-1". Write a number' },
    { env: { HOST: 'http://localhost' }, says: 'HOST is "http://localhost". Write a name or an address' },
    { env: { HOST: '0.0.0.0' }, says: 'Set SESSERA_ORIGIN to the https address' },
    { env: { HOST: '::' }, says: 'HOST is "::", which other machines can reach' },
    { env: { HOST: '192.168.1.5' }, says: 'or start with HOST=localhost.' },
    { env: { HOST: '127.0.0.1.example.com' }, says: 'which other machines can reach' },
    { env: { HOST: 'localhost.example.com' }, says: 'which other machines can reach' },
    { env: { SESSERA_ORIGIN: 'auth.example.com' }, says: 'Write the scheme and host that browsers use' },
    { env: { SESSERA_ORIGIN: 'ftp://example.com' }, says: 'Write the scheme and host that browsers use' },
    { env: { SESSERA_ORIGIN: 'https://a.example/' }, says: 'Write exactly "https://a.example".' },
    { env: { SESSERA_ORIGIN: 'https://a.example/login' }, says: 'Write exactly "https://a.example".' },
    { env: { SESSERA_ORIGIN: 'https://A.example:443' }, says: 'Write exactly "https://a.example".' },
    {
      env: { SESSERA_ORIGIN: 'http://auth.example.com' },
      says: 'anyone on the way reads the cookies. Write https',
    },
    { env: { SESSERA_ORIGIN: 'http://localhost.example.com' }, says: 'Write https' },
    { env: { SESSERA_SECRET: '' }, says: 'SESSERA_SECRET is empty. Leave it out' },
    {
      env: { SESSERA_SECRET: 'short' },
      says: 'SESSERA_SECRET has 5 characters and needs 32. Make one with: node -p',
    },
    { env: { SESSERA_SECRET: `${secret},` }, says: 'secret 2 of 2 has 0 characters' },
    {
      env: { SESSERA_SECRET: `${secret},${secret}` },
      says: 'secret 2 of 2 is in the list twice. Remove one.',
    },
    {
      env: { SESSERA_REGISTRATION: 'yes' },
      says: 'SESSERA_REGISTRATION is "yes". Write "open" or "closed".',
    },
    {
      env: { SESSERA_WORKERS: '65' },
      says: 'SESSERA_WORKERS is "65". Write a number from 1 to 64, or "auto" for one per processor.',
    },
    {
      env: { SESSERA_LOG_LEVEL: 'verbose' },
      says: 'SESSERA_LOG_LEVEL is "verbose". Write one of: error, warn, info, debug.',
    },
    { env: { SESSERA_WORKERS: '1.5' }, says: 'SESSERA_WORKERS is "1.5". Write a number' },
    {
      env: { SESSERA_BREACH_URL: 'http://ranges.example' },
      says: 'SESSERA_BREACH_URL is "http://ranges.example". Write an address that begins with https://',
    },
  ])('$env', ({ env, says }) => {
    expect(() => parseConfig(env)).toThrow(says)
  })

  it('all of them at once, each on a line', () => {
    expect(() => parseConfig({ PORT: 'x', SESSERA_ORIGIN: 'y', SESSERA_SECRET: 'z' })).toThrow(
      /^PORT is .*\nSESSERA_ORIGIN is .*\nSESSERA_SECRET has [^\n]*$/,
    )
  })

  it('without repeating a secret', () => {
    expect(() => parseConfig({ SESSERA_SECRET: 'hunter2hunter2' })).toThrow(/^(?!.*hunter2)/s)
  })
})
