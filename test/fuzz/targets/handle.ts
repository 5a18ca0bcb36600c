// Handles: nothing is read but what was issued, for the purpose that it was issued for; and only its own session fits.

import { createHandles, type HandleOwner } from '../../../packages/sessera/src/credentials/handle.js'
import { createMac } from '../../../packages/sessera/src/credentials/mac.js'
import { createServerKeys } from '../../../packages/sessera/src/credentials/server-keys.js'
import type { Purpose } from '../../../packages/sessera/src/domain/session.js'
import { chosen, hold, type Target } from '../engine/target.js'
import { readBase64url } from '../oracles/base64url.js'

const purposes: readonly Purpose[] = ['session', 'refresh']
const keys = createServerKeys([
  'the newer of two secrets, long enough',
  'the older of two secrets, long enough',
])
const handles = createHandles(keys)
const older = createHandles({ ...keys, all: [...keys.all].reverse() })

const ids = ['AAAAAAAAAAAAAAAAAAAAAA', 'EBESExQVFhcYGRobHB0eHw', '_____________________w']
const owners = ids.flatMap((id, index) =>
  purposes.flatMap((purpose) =>
    [0, 1, 255, 0xffff_ffff].map(
      (generation): HandleOwner => ({
        id,
        purpose,
        generation,
        userId: `user-${index}`,
        seed: ids[(index + 1) % 3] ?? '',
      }),
    ),
  ),
)
interface Issued {
  readonly owner: HandleOwner
  readonly isOutdated: boolean
}

const issued = new Map<string, Issued>()
for (const owner of owners) {
  issued.set(handles.issue(owner), { owner, isOutdated: false })
  issued.set(older.issue(owner), { owner, isOutdated: true })
}
const tagMacs = keys.all.map((key) => ({ keyId: key.keyId, mac: createMac(key.derive('handle tag')) }))

/** The first text is presented as it is; the second says whether its tag is first made right, as only we could. */
export const handle: Target = {
  name: 'handle',
  seeds: [...issued.keys()].flatMap((text) => [
    [text, '0', '0'],
    [text, '1', '1'],
  ]),
  run([text = '', isRetagged, purposeWord]) {
    const purpose = chosen(purposes, purposeWord)
    const presented = chosen([false, true], isRetagged) ? retagged(text, purpose) : text
    const known = issued.get(presented)
    const parsed = handles.parse(presented, purpose)
    const isOurs = known?.owner.purpose === purpose
    if (parsed === null) {
      hold(!isOurs, 'a handle that was issued is refused', presented)
      return known === undefined ? 'refused' : 'of the other purpose'
    }
    hold(isOurs || presented !== text, 'a handle that nobody issued is read', presented)
    hold(readBase64url(presented)?.length === 54, 'a handle has two spellings', presented)
    hold(parsed.purpose === purpose, 'a handle serves another purpose', presented)
    // Whoever verifies has read the session that the handle names.
    const named = owners.filter(({ id }) => id === parsed.sessionId)
    const fitting = named.filter((owner) => handles.verify(parsed, owner))
    hold(fitting.length === 0 || isOurs, 'a secret that nobody issued fits', presented)
    if (known === undefined || !isOurs) return 'tagged by us, of no session'
    const { owner, isOutdated } = known
    hold(
      parsed.sessionId === owner.id &&
        parsed.generation === owner.generation &&
        parsed.outdatedKey === isOutdated,
      'a handle says something else than what was issued',
      presented,
    )
    hold(fitting.length > 0, 'a handle that was issued does not fit its session', presented)
    hold(
      (isOutdated ? older : handles).issue(owner) === presented,
      'issuing twice gives two handles',
      presented,
    )
    return `read, ${purpose}, ${isOutdated}`
  },
}

/** The text with the tag that our key makes of the rest of it. */
function retagged(text: string, purpose: Purpose): string {
  const bytes = Buffer.alloc(54)
  Buffer.from(text, 'base64url').copy(bytes)
  const mac = tagMacs.find(({ keyId }) => keyId === bytes[1])?.mac ?? tagMacs[0]?.mac
  const tag = mac?.(
    Buffer.concat([Buffer.of(purpose === 'session' ? 1 : 2), bytes.subarray(0, 22), bytes.subarray(30)]),
  )
  tag?.copy(bytes, 22, 0, 8)
  return bytes.toString('base64url')
}
