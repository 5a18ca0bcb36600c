// Line 85: a private answer under a name that caches keep. There is none, and no cache may keep what says so.

import assert from 'node:assert/strict'
import type { Attack, OutsideAttack } from './attack.js'
import { cookiesOf } from './reach.js'
import { sceneOf } from './refusal.js'

const names: readonly string[] = [
  '/x.css',
  '/..%2fx.js',
  '%2ex.css',
  '%00.css',
  ';.css',
  ';x.css',
  '%3b.css',
  '%0ax.css',
  '%23x.css',
  '%3fx.css',
  '.css',
  '/.css',
  '/',
  '//x.css',
  '/%2e%2e/x.css',
  '%c0%af.css',
]

export const stateCaches: readonly Attack[] = ['/auth/me', '/auth/sessions'].flatMap((path) =>
  names.map(
    (name): OutsideAttack => ({
      line: '85',
      what: `${path}${name}`,
      async run(target) {
        const { browser, app } = await sceneOf(target)
        for (const client of [browser, app]) {
          const answer = await target.send({ path: `${path}${name}`, headers: cookiesOf(client) })
          assert([400, 401, 404, 405].includes(answer.status), `answered ${answer.status}`)
          assert(!answer.body.includes(target.accounts.owner.username), answer.body)
          if (answer.status !== 400) assert.deepEqual(answer.all('cache-control'), ['no-store'])
        }
      },
    }),
  ),
)
