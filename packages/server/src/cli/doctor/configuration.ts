// The settings, beyond what keeps the server from starting: what they mean for those who sign in.

import type { Config } from '../../config.js'
import { createCheck, type Finding } from './finding.js'

export function examineConfiguration(config: Config): readonly Finding[] {
  return [examineCookies(config), examineRegistration(config), examineProxies(config)]
}

function examineCookies({ origin }: Config): Finding {
  const check = createCheck('cookies')
  if (origin.startsWith('https:')) return check.ok(`They are Secure and __Host-, for ${origin} alone.`)
  return check.ok(
    `They are for this machine alone, as ${origin} is. For other machines, set SESSERA_ORIGIN to an https address.`,
  )
}

function examineRegistration({ origin, registration }: Config): Finding {
  const check = createCheck('registration')
  if (registration === 'closed') return check.ok('Accounts are made by administrators.')
  if (!origin.startsWith('https:')) return check.ok('Strangers may make accounts, on this machine alone.')
  return check.warning(
    `Anybody who reaches ${origin} may make an account. Unless that is meant, set SESSERA_REGISTRATION=closed.`,
  )
}

const everyAddress = ['0.0.0.0/0', '::/0']

function examineProxies({ origin, host, trustedProxies }: Config): Finding {
  const check = createCheck('proxy')
  const listed = trustedProxies.join(', ')
  if (trustedProxies.some((proxy) => everyAddress.includes(proxy))) {
    return check.problem(
      `SESSERA_TRUSTED_PROXIES is ${listed}: whoever connects may write any address as theirs, and no limit holds. List the proxies alone.`,
    )
  }
  if (origin.startsWith('https:') && trustedProxies.length === 0) {
    return check.warning(
      'The origin is https, so a proxy holds the certificate, but none is trusted: all people share the proxy\'s address and its limits. Set SESSERA_TRUSTED_PROXIES, such as to "loopback".',
    )
  }
  if (trustedProxies.length === 0) return check.ok('None is in front.')
  if (['localhost', '127.0.0.1', '::1'].includes(host))
    return check.ok(`X-Forwarded-For is believed from ${listed}.`)
  return check.warning(
    `HOST is ${host}, which other machines reach, and X-Forwarded-For is believed from ${listed}. Make sure that only proxies have these addresses.`,
  )
}
