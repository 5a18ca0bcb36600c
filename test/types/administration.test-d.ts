// Administration as an application's author sees it: precise types, and mistakes that do not compile.

import {
  type AuditName,
  type Auth,
  createAuth,
  type ImportVerdict,
  type Invitation,
  type JsonObject,
  type KeyInfo,
  type RecordedEvent,
  type UserInfo,
} from 'sessera'
import { memory } from 'sessera/memory'
import { describe, expectTypeOf, test } from 'vitest'

const options = { origin: 'http://localhost:3000', store: memory() }
const auth: Auth = createAuth(options)
const { users, keys, audit } = auth

describe('users', () => {
  test('are shown without a hash, and never as any', () => {
    expectTypeOf(users.find({ id: '1' })).resolves.toEqualTypeOf<UserInfo | null>()
    expectTypeOf(users.find({ username: 'ada' })).resolves.not.toBeAny()
    expectTypeOf<UserInfo>().not.toHaveProperty('passwordHash')
    expectTypeOf<UserInfo['claims']>().toEqualTypeOf<JsonObject>()
    expectTypeOf(users.list()).resolves.toEqualTypeOf<{
      readonly users: readonly UserInfo[]
      readonly next: string | null
    }>()
  })

  test('are invited', () => {
    expectTypeOf(users.invite('1', { validFor: '2d' })).resolves.toEqualTypeOf<Invitation>()
    expectTypeOf(users.inviteFirstAdministrator()).resolves.toEqualTypeOf<Invitation | null>()
    expectTypeOf<Invitation['link']>().toEqualTypeOf<string | null>()
  })

  test('are imported with a verdict each, told apart by its name', () => {
    expectTypeOf(users.import([{ username: 'ada', claims: { plan: 'pro' } }])).resolves.toEqualTypeOf<
      readonly ImportVerdict[]
    >()
    const verdict = {} as ImportVerdict
    if (verdict.verdict === 'rejected') expectTypeOf(verdict.reason).toEqualTypeOf<string>()
    if (verdict.verdict === 'imported') expectTypeOf(verdict.id).toEqualTypeOf<string>()
    // @ts-expect-error only those who are imported have an id
    verdict.id
  })

  test('are not changed by mistake', () => {
    // @ts-expect-error neither id nor name
    void users.find({ email: 'ada@example.org' })
    // @ts-expect-error a duration
    void users.invite('1', { validFor: true })
    // @ts-expect-error nobody sets the password of another
    void users.invite('1', { password: 'a few quiet words' })
    // @ts-expect-error claims are JSON
    void users.setClaims('1', { born: new Date() })
    // @ts-expect-error a password is not imported, its hash is
    void users.import([{ username: 'ada', password: 'a few quiet words' }])
    // @ts-expect-error to be forced, by name
    void users.delete('1', true)
    // @ts-expect-error no such filter
    void users.list({ roles: ['admin'] })
  })
})

describe('keys and the record', () => {
  test('are precise', () => {
    expectTypeOf(keys.list()).resolves.toEqualTypeOf<readonly KeyInfo[]>()
    expectTypeOf<KeyInfo['state']>().toEqualTypeOf<'pending' | 'signing' | 'retiring'>()
    expectTypeOf(keys.revoke('kid')).resolves.toEqualTypeOf<boolean>()
    expectTypeOf(audit.list({ name: 'user_deleted' })).resolves.toEqualTypeOf<readonly RecordedEvent[]>()
    expectTypeOf<RecordedEvent['name']>().toEqualTypeOf<AuditName>()
    expectTypeOf<AuditName>().not.toEqualTypeOf<string>()
    expectTypeOf(audit.attribute({ actorId: 'me' }, async () => 7)).resolves.toEqualTypeOf<number>()
    // @ts-expect-error no such event
    void audit.list({ name: 'user_destroyed' })
    // @ts-expect-error work is promised
    void audit.attribute({ actorId: 'me' }, () => 7)
    expectTypeOf(auth.count()).resolves.toHaveProperty('users').toEqualTypeOf<number>()
  })
})

describe('what is stored about a user', () => {
  test('is there for `claims` to be made from', () => {
    createAuth({
      ...options,
      claims: (user) => {
        expectTypeOf(user.claims).toEqualTypeOf<JsonObject>()
        return { plan: user.claims['plan'] === 'pro' ? ('pro' as const) : ('free' as const) }
      },
    })
  })

  test('leaves the type of an Auth alone', () => {
    expectTypeOf(createAuth({ ...options, administration: { role: 'admin' } })).toEqualTypeOf<Auth>()
    // @ts-expect-error no such option
    createAuth({ ...options, administration: { roles: ['admin'] } })
  })
})
