// Whose address a request is counted under: no client chooses it, whatever it sends.

import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../packages/sessera/src/errors.js'
import { createClientIp, createProxyTrust } from '../../packages/sessera/src/http/client-ip.js'

describe('without configured proxies the client is whoever opened the connection', () => {
  const clientIp = createClientIp([])

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    [null, null],
    ['', null],
    ['nonsense', null],
  ])('%j is %j, whatever X-Forwarded-For says', (peer, expected) => {
    expect(clientIp(peer, '198.51.100.1')).toBe(expected)
    expect(clientIp(peer, null)).toBe(expected)
  })
})

describe('with configured proxies the client is the first address from the right that is none of them', () => {
  const clientIp = createClientIp(['loopback', '10.0.0.0/8', '192.0.2.7', '2001:db8:aa::/48'])

  it.each<[why: string, peer: string | null, forwardedFor: string | null, expected: string | null]>([
    ['one proxy', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['one proxy, seen through IPv6', '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['IPv6 loopback', '::1', '203.0.113.9', '203.0.113.9'],
    ['three proxies', '10.1.2.3', '203.0.113.9, 192.0.2.7, 2001:db8:aa:1::5', '203.0.113.9'],
    [
      'what the client made up is left of what the proxy saw',
      '10.1.2.3',
      '1.1.1.1, 203.0.113.9',
      '203.0.113.9',
    ],
    ['a client that pretends to be a proxy', '10.1.2.3', '10.9.9.9, 203.0.113.9', '203.0.113.9'],
    ['a peer that is no proxy', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['a neighbour of a proxy', '192.0.2.8', '1.1.1.1', '192.0.2.8'],
    ['no header', '10.1.2.3', null, '10.1.2.3'],
    ['only proxies: the farthest', '10.1.2.3', '10.0.0.1, 10.0.0.2', '10.0.0.1'],
    ['no spaces', '10.1.2.3', '1.1.1.1,203.0.113.9', '203.0.113.9'],
    ['tabs and spaces', '10.1.2.3', ' \t203.0.113.9\t ', '203.0.113.9'],
    ['with a port', '10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6 in brackets with a port', '10.1.2.3', '[2001:db8::1]:4711', '2001:db8::1'],
    ['IPv6 in its long form', '10.1.2.3', '2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['an IPv4 address inside IPv6', '10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a mapped proxy among the hops', '10.1.2.3', '203.0.113.9, ::ffff:10.0.0.5', '203.0.113.9'],
    ['malformed: the socket’s', '10.1.2.3', 'unknown', '10.1.2.3'],
    ['malformed right of the client', '10.1.2.3', '203.0.113.9, _hidden', '10.1.2.3'],
    ['malformed left of the client is not looked at', '10.1.2.3', '<script>, 203.0.113.9', '203.0.113.9'],
    ['empty', '10.1.2.3', '', '10.1.2.3'],
    ['an empty entry', '10.1.2.3', '203.0.113.9,', '10.1.2.3'],
    ['an empty first entry', '10.1.2.3', ',10.0.0.1', '10.1.2.3'],
    ['octal is not guessed at', '10.1.2.3', '0313.0.113.9', '10.1.2.3'],
    ['a CIDR range is no address', '10.1.2.3', '203.0.113.0/24', '10.1.2.3'],
    ['a Unix socket is nobody’s', null, '203.0.113.9', null],
  ])('%s', (_, peer, forwardedFor, expected) => {
    expect(clientIp(peer, forwardedFor)).toBe(expected)
  })

  it('looks at 32 hops and no more', () => {
    const hops = (count: number) => ['203.0.113.9', ...Array<string>(count).fill('10.0.0.1')].join(', ')
    expect(clientIp('10.1.2.3', hops(31))).toBe('203.0.113.9')
    expect(clientIp('10.1.2.3', hops(32))).toBe('10.0.0.1')
  })

  it('reads a long header from its end', () => {
    expect(clientIp('10.1.2.3', `${','.repeat(10_000_000)}203.0.113.9`)).toBe('203.0.113.9')
  })
})

describe('a range of proxies', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['::ffff:10.0.0.0/104', '10.255.255.255', true],
    ['::ffff:10.0.0.0/104', '11.0.0.0', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['loopback', '127.8.9.10', true],
    ['loopback', '128.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', 'nonsense', false],
  ])('%s holds %s: %s', (proxy, address, expected) => {
    expect(createProxyTrust([proxy])(address)).toBe(expected)
  })

  it.each([
    [''],
    ['*'],
    ['localhost'],
    ['proxy.example'],
    ['10.0.0.0/33'],
    ['10.0.0.0/-1'],
    ['10.0.0.0/'],
    ['10.0.0.0/8/8'],
    ['10.0.0/8'],
    ['2001:db8::/129'],
    ['::ffff:10.0.0.0/8'],
    ['10.0.0.0/ 8'],
  ])('that is none is a mistake in the configuration: %j', (proxy) => {
    expect(() => createProxyTrust([proxy])).toThrow(ConfigurationError)
    expect(() => createClientIp([proxy])).toThrow(ConfigurationError)
  })
})
