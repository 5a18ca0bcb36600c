// Device marks and invitations: nothing passes but what was issued, for the user that it was issued for.

import { createDeviceMarks } from '../../../packages/sessera/src/credentials/device-mark.js'
import { createInvitations } from '../../../packages/sessera/src/credentials/invitation.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import { createSeededRandom } from '../../../packages/sessera/src/testing/seeded-random.js'
import { chosen, hold, type Target } from '../engine/target.js'

const keys = createServerKeys([
  'the newer of two secrets, long enough',
  'the older of two secrets, long enough',
])
const devices = createDeviceMarks(keys, createSeededRandom('fuzz'))
const invitations = createInvitations(keys)
const users = ['user-0', 'user-1', 'user-2']

const vouched = new Map<string, readonly string[]>()
const alone = users.map((user) => [devices.renew(null, user), user] as const)
for (const [mark, user] of alone) {
  vouched.set(mark, [user])
  for (const other of users) vouched.set(devices.renew(mark, other), [...new Set([user, other])])
}

const invited = users.map((userId, index) => ({
  userId,
  epoch: index,
  revision: index,
  createdAt: 1_767_268_800_000,
  passwordHash: index === 0 ? null : `hash-${index}`,
}))
const seal = 'what only the store holds'
const issued = new Map<string, string>([
  ...invited.map((user) => [invitations.issue(user, 1_767_300_000_000), user.userId] as const),
  [invitations.issueFirst(seal, 1_767_300_000_000), ''],
])

/** A mark or an invitation, and the user that it is held against. */
export const marks: Target = {
  name: 'marks',
  seeds: [...vouched.keys(), ...issued.keys()].flatMap((text) => [
    [text, '0'],
    [text, '1'],
  ]),
  run([text = '', which]) {
    const user = chosen(invited, which)
    const device = devices.find(text, user.userId)
    const isVouched = vouched.get(text)?.includes(user.userId) === true
    hold((device !== null) === isVouched, 'a device is taken for one that it is not', {
      text,
      user: user.userId,
    })

    const parsed = invitations.parse(text)
    const isHeld = parsed !== null && invitations.verify(parsed, user)
    hold(isHeld === (issued.get(text) === user.userId), 'an invitation fits that nobody issued', {
      text,
      user: user.userId,
    })
    const isFirst = parsed !== null && invitations.verifyFirst(parsed, [seal])
    hold(
      isFirst === (issued.get(text) === ''),
      'an invitation of the first administrator fits that nobody issued',
      text,
    )
    hold(
      parsed === null || !invitations.verifyFirst(parsed, ['another seal']),
      'an invitation fits another store',
      text,
    )
    return `${device !== null}, ${parsed !== null}, ${isHeld}, ${isFirst}`
  },
}
