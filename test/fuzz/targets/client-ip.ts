// The client's address: never one that only a stranger wrote, and in one spelling.

import { isIP } from 'node:net'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { createClientIp, createProxyTrust } from '../../../packages/sessera/src/http/client-ip.js'
import { chosen, hold, type Target } from '../engine/target.js'

const proxies = [
  [],
  ['loopback'],
  ['10.0.0.0/8', '2001:db8::/32'],
  ['0.0.0.0/0', '::/0'],
  ['::ffff:192.0.2.0/120', '198.51.100.7'],
] as const
const settings = proxies.map((list) => ({
  clientIp: createClientIp(list),
  isTrusted: createProxyTrust(list),
}))
const canonical = createClientIp([])

/** The socket's address, X-Forwarded-For, which proxies are trusted, and a text in their place. */
export const clientIp: Target = {
  name: 'client-ip',
  seeds: [
    ['127.0.0.1', '203.0.113.9, 127.0.0.1', '1', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '2001:DB8:0:0::1, 192.0.2.1:4711', '2', '::1/128'],
    ['10.0.0.1', '[2001:db8::1]:443,10.0.0.2', '2', '::ffff:10.0.0.0/104'],
    ['::1', 'unknown, _hidden', '3', 'loopback'],
    ['fe80::1%eth0', '::ffff:1.2.3.4', '3', '0.0.0.0/0'],
    ['192.0.2.1', '', '4', '10.0.0.0/33'],
  ],
  words: ['::ffff:', '127.0.0.1', ', ', '[', ']:80', '%eth0', '/32', '010.', '0x7f'],
  run([peer = '', forwarded = '', which, proxy = '']) {
    const { clientIp: addressOf, isTrusted } = chosen(settings, which) ?? settings[0]
    const socket = canonical(peer, null)
    const found = addressOf(peer, forwarded)
    hold(
      (socket === null) === (isIP(peer.split('%')[0] ?? '') === 0),
      'an address is read that is none',
      peer,
    )
    judgeProxy(proxy, peer)
    if (found === null) return 'none'
    hold(
      spellingsOf(found).every((text) => canonical(text, null) === found),
      'an address has two spellings',
      found,
    )
    if (socket === null || !isTrusted(peer)) {
      hold(found === socket, 'X-Forwarded-For is believed without a proxy', { peer, forwarded, found })
      return 'the peer'
    }
    const evil = addressOf(peer, `${forwarded.includes('6.6.6.6') ? '' : '6.6.6.6, '}${forwarded}`)
    const isSettled = found !== socket && !isTrusted(found)
    hold(!isSettled || evil === found, 'a stranger chooses the address', { peer, forwarded, found, evil })
    hold(found === socket || mentions(forwarded, found), 'an address comes from nowhere', {
      forwarded,
      found,
    })
    return `${isSettled ? 'forwarded' : 'of a proxy'}, IPv${isIP(found)}`
  },
}

/** The same address as others may write it. */
function spellingsOf(address: string): readonly string[] {
  if (isIP(address) === 4)
    return [address, `::ffff:${address}`, `::FFFF:${hextets(address)}`, `0:0:0:0:0:ffff:${address}`]
  const [left = '', right] = address.split('::')
  const groups = (text: string | undefined): readonly string[] =>
    text === undefined || text === ''
      ? []
      : text.split(':').flatMap((group) => (isIP(group) === 4 ? hextets(group).split(':') : [group]))
  const zeros = Array<string>(8 - groups(left).length - groups(right).length).fill('0')
  const all = [...groups(left), ...zeros, ...groups(right)]
  return [address, address.toUpperCase(), all.join(':'), all.map((group) => group.padStart(4, '0')).join(':')]
}

/** The last two groups of an IPv6 address, from the four numbers of an IPv4 one. */
function hextets(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

function mentions(forwarded: string, address: string): boolean {
  return forwarded.split(',').some((part) => {
    const text = part.trim()
    const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    return canonical(bare, null) === address
  })
}

/** A proxy in the options is an address, a range or a word; anything else says what to write. */
function judgeProxy(proxy: string, peer: string): void {
  try {
    const isTrusted = createProxyTrust([proxy])
    isTrusted(peer)
    const [network = ''] = proxy.split('/')
    hold(proxy === 'loopback' || canonical(network, null) !== null, 'a proxy is taken that is none', proxy)
    if (proxy !== 'loopback') hold(isTrusted(network), 'a range does not hold its own address', proxy)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
  }
}
