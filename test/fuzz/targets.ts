// Everything that parses what strangers send, by the name under which it is fuzzed.

import type { Target } from './engine/target.js'

type Load = () => Target | Promise<Target>

export const targets: Readonly<Record<string, Load>> = {
  handle: async () => (await import('./targets/handle.js')).handle,
  jws: async () => (await import('./targets/jws.js')).jws,
  'access-token': async () => (await import('./targets/access-token.js')).accessToken,
  'strict-json': async () => (await import('./targets/strict-json.js')).strictJson,
  base64url: async () => (await import('./targets/base64url.js')).base64url,
  cookies: async () => (await import('./targets/cookies.js')).cookies,
  bearer: async () => (await import('./targets/bearer.js')).bearer,
  body: async () => (await import('./targets/body.js')).body,
  query: async () => (await import('./targets/query.js')).query,
  form: async () => (await import('./targets/form.js')).form,
  origin: async () => (await import('./targets/origin.js')).origin,
  'client-ip': async () => (await import('./targets/client-ip.js')).clientIp,
  problem: async () => (await import('./targets/problem.js')).problem,
  'password-hash': async () => (await import('./targets/password-hash.js')).passwordHash,
  names: async () => (await import('./targets/names.js')).names,
  marks: async () => (await import('./targets/marks.js')).marks,
  routes: async () => (await import('./targets/routes.js')).createRoutes(),
}
