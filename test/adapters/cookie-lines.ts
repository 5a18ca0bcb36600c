// The Cookie header of browsers that are signed in, for tests that send it by themselves.

import type { World } from '../support/auth.js'

export async function cookieOf(world: World, mode: 'session' | 'hybrid' = 'session'): Promise<string> {
  return (await world.signedIn(mode)).headers()['cookie'] ?? ''
}

/** Of a hybrid browser whose access cookie has expired. */
export async function cookieInNeed(world: World): Promise<string> {
  const cookies = (await cookieOf(world, 'hybrid')).split('; ')
  return cookies.filter((cookie) => !cookie.includes('sessera-access')).join('; ')
}
