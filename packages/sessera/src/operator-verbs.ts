// `auth.keys` and `auth.audit`.

import type { ActingAs, Auth } from './auth.js'
import { attribute } from './kernel/attribution.js'
import type { Circumstances } from './kernel/circumstances.js'
import type { Kernel } from './kernel/kernel.js'
import { listAudit } from './kernel/list-audit.js'
import { listKeys, revokeKey, rotateKey } from './kernel/signing-keys.js'

export function createKeyVerbs(kernelOf: () => Promise<Kernel>): Auth['keys'] {
  return {
    list: async () => listKeys(await kernelOf()),
    rotate: async () => rotateKey(await kernelOf()),
    revoke: async (kid) => revokeKey(await kernelOf(), kid),
  }
}

export function createAuditVerbs(kernelOf: () => Promise<Kernel>): Auth['audit'] {
  return {
    list: async (query = {}) => listAudit(await kernelOf(), query),
    attribute: (who, work) => attribute(knownOf(who), work),
  }
}

function knownOf({ actorId, ip, requestId }: ActingAs): Partial<Circumstances> {
  return {
    ...(actorId === undefined ? {} : { actorId }),
    ...(ip === undefined ? {} : { ip }),
    ...(requestId === undefined ? {} : { requestId }),
  }
}
