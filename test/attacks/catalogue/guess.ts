// Sign-ins as requests, the wrong ones among them. Guesses go to the victim or to names that nobody has: they are limited.

import { randomInt } from 'node:crypto'
import type { Lines, RawRequest } from '../../http/raw-request.js'
import type { RawAnswer } from '../../http/raw-server.js'
import { atOnce, tally } from '../../support/many.js'
import type { Target } from './attack.js'

export const wrong = 'four wrong words of length'

export function login(username: string, password: string, headers: Lines = []): RawRequest {
  return { path: '/auth/login', json: { username, password }, headers }
}

/** Digits, which spell nobody else. */
export function nobody(): string {
  return `nobody-${randomInt(1e12)}`
}

/** How often each status came of so many requests at once. */
export async function statusesOf(
  target: Target,
  count: number,
  request: (index: number) => RawRequest,
): Promise<Readonly<Record<string, number>>> {
  return tally((await atOnce(count, (index) => target.send(request(index)))).map(({ status }) => status))
}

/** The cookies that an answer sets, as a browser sends them back. */
export function cookieLine(answer: RawAnswer): readonly [string, string] {
  const pairs = answer.all('set-cookie').filter((line) => !/; Max-Age=0(?:;|$)/.test(line))
  return ['Cookie', pairs.map((line) => line.split(';', 1)[0]).join('; ')]
}
