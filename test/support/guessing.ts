// Somebody who guesses passwords, and what is put on record of it.

import type { AuditEvent } from '../../packages/sessera/src/domain/audit.js'
import { origin, type World } from './auth.js'
import { Client, type Reply } from './client.js'

export const wrong = 'four wrong words of length'

/** A client at that address. */
export function clientAt(world: World, ip: string | null): Client {
  return new Client(origin, (request) => world.auth.fetch(request, { ip }))
}

/** What the same client is answered to one wrong guess after the other. */
export async function guesses(
  client: Client,
  count: number,
  login: string | ((index: number) => string),
): Promise<readonly Reply[]> {
  const replies: Reply[] = []
  for (let index = 0; index < count; index++)
    replies.push(await client.login(typeof login === 'string' ? login : login(index), wrong))
  return replies
}

/** Guesses wrongly as fast as it is allowed to, until that many have been tried. Answers with the waits in between, s. */
export async function guessOn(world: World, client: Client, count: number, login = 'ada'): Promise<number[]> {
  const waits: number[] = []
  for (let tried = 0; tried < count; ) {
    const reply = await client.login(login, wrong)
    if (reply.status === 401) tried += 1
    else {
      waits.push(waitOf(reply))
      world.clock.advance(waitOf(reply) * 1000)
    }
  }
  return waits
}

/** What a refusal says to wait, s. @throws Error for any other answer. */
export function waitOf({ status, headers, body }: Reply): number {
  if (status !== 429 || body.code !== 'too_many_requests') throw new Error(`Not slowed down: ${status}.`)
  return Number(headers.get('retry-after'))
}

/** All of an answer that could tell one account from another. */
export function faceOf({ status, headers, text }: Reply): object {
  return { status, text, headers: [...headers].filter(([name]) => name !== 'x-request-id') }
}

/** Everything that is put on record from now on. */
export function recordOf(world: World): readonly AuditEvent[] {
  const lines: AuditEvent[] = []
  world.auth.on('audited', (event) => void lines.push(event))
  return lines
}

/** The device mark of somebody who has signed in. @throws Error when they have none. */
export function markOf({ held }: Client): string {
  const mark = held.cookies['__Host-sessera-device']
  if (mark === undefined) throw new Error('There is no device mark.')
  return mark
}

/** A browser that holds a device mark, and nothing else. */
export function deviceWith(client: Client, mark: string): Client {
  return client.copy({ cookies: { '__Host-sessera-device': mark }, accessToken: null, refreshToken: null })
}
