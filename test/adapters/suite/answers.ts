// What a guard leaves alone, and what it adds when a cookie is due: nothing of that may stay in a shared cache.

import { expect, it } from 'vitest'
import type { Client, Reply } from '../../support/client.js'
import { type Fixture, fileBytes } from '../fixture.js'
import { jsonOf, type Stage, setUp } from '../stage.js'

/** In hybrid mode, with the access cookie gone: it expires first. */
async function inNeedOfRenewal({ signedIn }: Stage): Promise<Client> {
  const person = await signedIn('hybrid')
  const isAccess = ([name]: [string, string]): boolean => name.includes('sessera-access')
  const cookies = Object.fromEntries(
    Object.entries(person.held.cookies).filter((cookie) => !isAccess(cookie)),
  )
  return person.copy({ cookies })
}

function expectRenewal({ setCookies, headers }: Reply): void {
  expect(setCookies.some((cookie) => /^__Host-sessera-access=[\w.-]+; .*HttpOnly/.test(cookie))).toBe(true)
  expect(headers.get('cache-control')).toBe('private, no-store')
}

export function answers(fixture: Fixture): void {
  it.each<[path: string, status: number, json: unknown]>([
    ['/me', 200, { username: 'ada', plan: 'pro' }],
    ['/cached', 200, { ok: true }],
    ['/twice', 200, { username: 'ada' }],
    ['/maybe', 200, { username: 'ada' }],
    ['/boom', 500, { error: 'the app' }],
  ])('carry the access cookie that is due, and are for one person: %s', async (path, status, json) => {
    const person = await inNeedOfRenewal(await setUp(fixture))
    const reply = await person.send('GET', path)
    expect({ status: reply.status, json: jsonOf(reply) }).toEqual({ status, json })
    expectRenewal(reply)
    const next = await person.send('GET', path)
    expect({ status: next.status, setCookies: next.setCookies }).toEqual({ status, setCookies: [] })
  })

  it.each<[path: string, body: string]>([
    ['/stream', 'onetwothree'],
    ['/file', fileBytes.toString()],
  ])('carry it where they are streamed: %s', async (path, body) => {
    const person = await inNeedOfRenewal(await setUp(fixture))
    const reply = await person.send('GET', path)
    expect(reply.text === body).toBe(true)
    expectRenewal(reply)
  })

  it('carry none where no guard asked', async () => {
    const person = await inNeedOfRenewal(await setUp(fixture))
    const reply = await person.send('GET', '/public')
    expect(jsonOf(reply)).toEqual({ ok: true })
    expect(reply.setCookies).toEqual([])
    expect(reply.headers.get('cache-control')).toBe('public, max-age=60')
  })

  it('keep the headers of the app where nothing is due', async () => {
    const { client, signedIn } = await setUp(fixture)
    for (const person of [await signedIn('session'), await signedIn('token'), await signedIn('hybrid')]) {
      const reply = await person.send('GET', '/cached')
      expect(reply.headers.get('cache-control')).toBe('public, max-age=60')
      expect(reply.setCookies).toEqual([])
    }
    const anybody = await client().send('GET', '/public')
    expect(anybody.headers.get('cache-control')).toBe('public, max-age=60')
  })

  it('that are streams come as the app wrote them', async () => {
    const { signedIn } = await setUp(fixture)
    const reply = await (await signedIn('token')).send('GET', '/stream')
    expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: 'onetwothree' })
  })

  it('that are files come byte for byte, with their headers', async () => {
    const { client, signedIn } = await setUp(fixture)
    const reply = await (await signedIn('session')).send('GET', '/file')
    expect(reply.status).toBe(200)
    // Not toBe: a difference of 256 KiB is no use to anybody.
    expect(reply.text === fileBytes.toString()).toBe(true)
    expect(reply.headers.get('etag')).toBe('"file"')
    expect(reply.headers.get('content-type')).toBe('application/octet-stream')
    expect((await client().send('GET', '/file')).status).toBe(401)
  })

  it('of one person are never those of another', async () => {
    const { signedIn } = await setUp(fixture)
    const people = [await signedIn('session'), await signedIn('session', 'root')]
    const asked = Array.from({ length: 40 }, async (_, turn) =>
      jsonOf(await people[turn % 2]!.send('GET', '/me')),
    )
    const names = ['ada', 'root']
    expect(await Promise.all(asked)).toEqual(
      Array.from({ length: 40 }, (_, turn) => ({ username: names[turn % 2], plan: 'pro' })),
    )
  })
}
