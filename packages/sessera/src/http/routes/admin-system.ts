// Administration of the deployment: its signing keys, the record of who did what, how much there is.

import type { ParsedDemands } from '../../domain/demands.js'
import { AuthError } from '../../errors.js'
import { count } from '../../kernel/count.js'
import { readGauges } from '../../kernel/gauges.js'
import { listAudit } from '../../kernel/list-audit.js'
import { listKeys, revokeKey, rotateKey } from '../../kernel/signing-keys.js'
import * as shape from '../admin-system-contract.js'
import { guarded, type Route } from '../route.js'
import { noQuery } from '../shapes.js'

const defaultAuditLimit = 100

export const adminSystemRoutes = (demands: ParsedDemands): readonly Route[] => [
  guarded({
    method: 'GET',
    path: '{base}/admin/keys',
    summary: 'The signing keys: which one signs, which will, which only verify.',
    demands,
    query: noQuery,
    success: { status: 200, schema: shape.keyList },
    answer: async ({ kernel }) => ({ status: 200, json: { keys: await listKeys(kernel) } }),
  }),
  guarded({
    method: 'POST',
    path: '{base}/admin/keys',
    summary:
      'Add a signing key that takes over in ten minutes, when everyone who caches the public keys knows it.',
    demands,
    query: noQuery,
    success: { status: 201, schema: shape.rotated },
    answer: async ({ kernel }) => ({ status: 201, json: { kid: await rotateKey(kernel) } }),
  }),
  guarded({
    method: 'DELETE',
    path: '{base}/admin/keys/{id}',
    summary: 'Emergency: refuse every token under this key from now on. `id` is its `kid`.',
    demands,
    query: noQuery,
    success: { status: 204, schema: null },
    async answer({ kernel, id }) {
      if (!(await revokeKey(kernel, id))) {
        throw new AuthError('not_found', { detail: 'There is no such key.' })
      }
      return { status: 204 }
    },
  }),
  guarded({
    method: 'GET',
    path: '{base}/admin/audit',
    summary: 'The record of who did what, newest first unless `order` is `oldest`.',
    demands,
    query: shape.auditListQuery,
    success: { status: 200, schema: shape.auditList },
    async answer({ kernel }, _, query) {
      const { limit = defaultAuditLimit } = query
      const events = await listAudit(kernel, { ...query, limit })
      const next = events.length < limit ? null : (events.at(-1)?.seq ?? null)
      return { status: 200, json: { events, next } }
    },
  }),
  guarded({
    method: 'GET',
    path: '{base}/admin/stats',
    summary: 'How much there is in the store, and what the process that answers is busy with.',
    demands,
    query: noQuery,
    success: { status: 200, schema: shape.stats },
    async answer({ kernel }) {
      return { status: 200, json: { counts: await count(kernel), process: readGauges(kernel) } }
    },
  }),
]
