// Lines 44 to 48 once more: no page of another origin reads an answer, frames it, or runs it as a script (CORS, JSONP).

import assert from 'node:assert/strict'
import type { Lines } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import type { Attack, OutsideAttack } from './attack.js'
import { nearlyTrusted } from './cross-site.js'
import { cookiesOf } from './reach.js'
import { sceneOf, setScene } from './refusal.js'
import { origins } from './strangers.js'

const paths = ['/auth/me', '/auth/sessions', '/auth/openapi.json', '/.well-known/jwks.json', '/auth/nothing']
const asking: Lines = [
  ['Access-Control-Request-Method', 'POST'],
  ['Access-Control-Request-Headers', 'authorization, content-type'],
  ['Access-Control-Request-Private-Network', 'true'],
]

/** Lets no page of any origin in. */
function assertShut({ status, headers }: RawAnswer, what: string): void {
  const open = headers.filter(
    ([name]) => name.startsWith('access-control-') && !name.endsWith('expose-headers'),
  )
  assert.deepEqual(open, [], `${what} was answered ${status} with leave for others`)
}

export const crossSiteReading: readonly Attack[] = [
  ...origins.map(
    ({ line, what, make }): OutsideAttack => ({
      line,
      what: `reading answers from a foreign page (origin: ${what})`,
      async run(target) {
        const { browser } = await sceneOf(target)
        const foreign = ['Origin', make(new URL(target.origin), target)] as const
        for (const path of [...paths, ...(target.guardedPage === null ? [] : [target.guardedPage])]) {
          const headers = [...cookiesOf(browser), foreign]
          assertShut(await target.send({ path, headers }), `GET ${path}`)
          const preflight = await target.send({ method: 'OPTIONS', path, headers: [foreign, ...asking] })
          assertShut(preflight, `OPTIONS ${path}`)
        }
        const preflight = { method: 'OPTIONS', path: '/auth/login', headers: [foreign, ...asking] }
        const answer = await target.send(preflight)
        assert.equal(answer.status, 405)
        assertShut(answer, 'OPTIONS /auth/login')
      },
    }),
  ),
  {
    line: '44',
    what: 'an answer as a script, a style or a frame of a foreign page',
    async run(target) {
      const { browser } = await sceneOf(target)
      for (const path of ['/auth/me?callback=evil', '/auth/me?jsonp=evil', '/auth/sessions?callback=evil']) {
        const answer = await target.send({
          path,
          headers: [...cookiesOf(browser), ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Dest', 'script']],
        })
        assert(!answer.body.includes('evil'), `${path}: ${answer.body}`)
        assert.match(answer.all('content-type').join(), /^application\/(?:problem\+)?json$/)
        assert.deepEqual(answer.all('x-content-type-options'), ['nosniff'])
        assert.deepEqual(answer.all('cross-origin-resource-policy'), ['same-origin'])
        assert.match(answer.all('content-security-policy').join(), /frame-ancestors 'none'/)
        assert.match(answer.all('cache-control').join(), /no-store/)
      }
    },
  },
  {
    line: '44',
    what: "a page of ours in a foreign page's frame",
    pages: true,
    async run(target) {
      for (const path of ['/', '/sign-in', '/nothing-here', '/welcome?invitation=AAAAAAAAAAAAAAAAAAAA']) {
        const { browser } = await sceneOf(target)
        const answer = await target.send({ path, headers: cookiesOf(browser) })
        if (answer.status === 303 || !answer.all('content-type').join().startsWith('text/html')) continue
        assert.match(answer.all('content-security-policy').join(), /frame-ancestors 'none'/, path)
        assert.deepEqual(answer.all('x-frame-options'), ['DENY'], path)
      }
    },
  },
  {
    line: '48',
    what: 'who may read is one of an exact list, and caches keep the answers apart',
    inside: true,
    world: { trustedOrigins: ['https://admin.example'] },
    async run(target) {
      const { browser } = await setScene(target)
      const ask = (origin: string, method: string, more: Lines = []): Promise<RawAnswer> =>
        target.send({
          method,
          path: method === 'GET' ? '/auth/me' : '/auth/login',
          headers: [...cookiesOf(browser), ['Origin', origin], ...more],
        })
      const answer = await ask('https://admin.example', 'GET')
      assert.equal(answer.status, 200)
      assert.deepEqual(answer.all('access-control-allow-origin'), ['https://admin.example'])
      assert.deepEqual(answer.all('access-control-allow-credentials'), ['true'])
      assert.match(answer.all('vary').join(), /\bOrigin\b/)
      const preflight = await ask('https://admin.example', 'OPTIONS', asking)
      assert.equal(preflight.status, 204)
      assert.deepEqual(preflight.all('access-control-allow-methods'), ['POST'])
      assert.deepEqual(preflight.all('access-control-allow-headers'), ['Authorization, Content-Type'])
      assert.deepEqual(preflight.all('access-control-allow-private-network'), [])
      for (const near of [...nearlyTrusted, 'null', '*', target.origin, 'https://evil.example']) {
        const refused = await ask(near, 'GET')
        assertShut(refused, `GET for ${near}`)
        assert.match(refused.all('vary').join(), /\bOrigin\b/, near)
        assertShut(await ask(near, 'OPTIONS', asking), `OPTIONS for ${near}`)
      }
      const both = [['Origin', 'https://evil.example'] as const]
      assertShut(await ask('https://admin.example', 'GET', both), 'GET for two origins')
    },
  },
]
