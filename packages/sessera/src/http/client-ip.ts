// The address that a request comes from, for limits and for people's lists of their devices.
// Invariant: X-Forwarded-For is believed only as far as configured proxies wrote it (ASVS 5.0 4.1.3).

import { BlockList, isIP, SocketAddress } from 'node:net'
import { ConfigurationError } from '../errors.js'

/**
 * From the socket's address and the X-Forwarded-For header to the client's address in canonical form;
 * null when the socket has none (a Unix socket, a connection that is gone).
 */
export type ClientIp = (peer: string | null, forwardedFor: string | null) => string | null

const maxHops = 32

/**
 * Whether an address is one of ours to believe. `proxies`: addresses, CIDR ranges such as `10.0.0.0/8`, or `loopback`.
 *
 * @throws ConfigurationError when one of them is none of these.
 */
export function createProxyTrust(proxies: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList()
  for (const proxy of proxies) addProxy(trusted, proxy)
  return (text) => {
    const address = canonicalAddress(text)
    return address !== null && trusted.check(address, familyOf(address))
  }
}

/**
 * `trustedProxies` as `createProxyTrust` takes them. Empty: the socket's address is the client's.
 *
 * @throws ConfigurationError when one of them is malformed.
 */
export function createClientIp(trustedProxies: readonly string[]): ClientIp {
  if (trustedProxies.length === 0) return canonicalAddress
  const isTrusted = createProxyTrust(trustedProxies)

  return (peer, forwardedFor) => {
    const socketAddress = canonicalAddress(peer)
    if (socketAddress === null || forwardedFor === null || !isTrusted(socketAddress)) return socketAddress
    // Each proxy appends the address that it saw, so the entries from the right are the trusted proxies' own words.
    let client = socketAddress
    let end = forwardedFor.length
    for (let hop = 0; hop < maxHops && end >= 0; hop++) {
      const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1)
      const address = canonicalAddress(withoutPort(forwardedFor.slice(comma + 1, end).trim()))
      if (address === null) return socketAddress
      client = address
      if (!isTrusted(client)) return client
      end = comma
    }
    return client
  }
}

function addProxy(trusted: BlockList, proxy: string): void {
  if (proxy === 'loopback') {
    trusted.addSubnet('127.0.0.0', 8, 'ipv4')
    trusted.addAddress('::1', 'ipv6')
    return
  }
  const [network = '', prefix, ...rest] = proxy.split('/')
  const address = canonicalAddress(network)
  const bits = isIP(network) === 4 ? 32 : 128
  if (
    address === null ||
    rest.length > 0 ||
    (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  ) {
    throw new ConfigurationError(
      `"${proxy}" is not a proxy. Write an address, a range such as "10.0.0.0/8", or "loopback".`,
    )
  }
  if (prefix === undefined) {
    trusted.addAddress(address, familyOf(address))
    return
  }
  // A range of IPv4-mapped addresses counts its prefix over 128 bits.
  const mapped = bits === 128 && familyOf(address) === 'ipv4'
  if (mapped && Number(prefix) < 96) {
    throw new ConfigurationError(
      `"${proxy}" covers more than IPv4. Write the IPv4 range itself, such as "10.0.0.0/8".`,
    )
  }
  trusted.addSubnet(address, Number(prefix) - (mapped ? 96 : 0), familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/** One spelling per address, so that limits cannot be counted twice; IPv4 inside IPv6 (RFC 4291 §2.5.5.2) is IPv4. */
function canonicalAddress(text: string | null): string | null {
  if (text === null) return null
  const unzoned = text.split('%', 1)[0] ?? ''
  if (isIP(unzoned) === 0) return null
  if (isIP(unzoned) === 4) return unzoned
  const { address } = new SocketAddress({ address: unzoned, family: 'ipv6' })
  const embedded = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : ''
  return isIP(embedded) === 4 ? embedded : address
}

/** Some proxies append the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  const match = /^(?:\[([^\]]{1,64})\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/.exec(text)
  return match?.[1] ?? match?.[2] ?? text
}
