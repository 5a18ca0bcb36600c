// The network that counts as one client. An IPv6 address counts by its /64: every household and every rented machine has
// that much to itself (RFC 6177), and each of its addresses would be another client.

import { isIP } from 'node:net'

/** The first six groups where IPv4 is spelt in IPv6: mapped (RFC 4291 §2.5.5.2) and translated (RFC 6052 §2.1). */
const aroundIpv4 = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']

/** One spelling for each network; whatever is no address stands for itself. */
export function networkOf(ip: string): string {
  const unzoned = ip.split('%', 1)[0] ?? ''
  if (isIP(unzoned) !== 6) return unzoned
  const groups = groupsOf(unzoned)
  if (!aroundIpv4.includes(groups.slice(0, 6).join(':'))) return `${groups.slice(0, 4).join(':')}::/64`
  return groups
    .slice(6)
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 0xff])
    .join('.')
}

/** All eight, in hexadecimal without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [left = '', right = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = left === '' ? [] : left.split(':')
  const after = right === '' ? [] : right.split(':')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after]
}
