// What a credential turns out to be: for which way of arriving it is good, until when, and whose word is taken for it.

import { describe, expect, test } from 'vitest'
import { purposeOf, type Session } from '../../../packages/sessera/src/domain/session.js'
import { authenticate, recall } from '../../../packages/sessera/src/kernel/authenticate.js'
import { exchange } from '../../../packages/sessera/src/kernel/exchange.js'
import { replaceRoles } from '../../../packages/sessera/src/kernel/user-changed.js'
import { atOnce } from '../../support/auth.js'
import { createForeignUsers } from '../../support/foreign-users.js'
import { createGate } from '../../support/meddled-store.js'
import { feed, type Inside, local, nothing, openInside, presentedOf, store } from './inside.js'

const lifetime = 300_000

/** The feed cannot be read, and what was heard from it is too old to go by. */
function loseFeed({ store: meddled, pass }: Inside): void {
  meddled.meddle((call) =>
    call.name === 'feed.read' ? Promise.reject(new Error('The store is down.')) : call.proceed(),
  )
  pass(1001)
  meddled.forget()
}

describe('a token is good only for the way it was made for:', () => {
  test('that of a hybrid session is no bearer token', async () => {
    const { kernel, signIn } = await openInside()
    const { accessToken } = await signIn('hybrid')
    await expect(authenticate(kernel, { ...nothing, bearer: accessToken }, feed)).rejects.toMatchObject({
      code: 'invalid_token',
    })
    expect((await authenticate(kernel, { ...nothing, accessCookie: accessToken }, feed)).channel).toBe(
      'cookie',
    )
  })

  test('a bearer token is no cookie', async () => {
    const { kernel, signIn } = await openInside()
    const { accessToken } = await signIn('token')
    await expect(authenticate(kernel, { ...nothing, accessCookie: accessToken }, feed)).rejects.toMatchObject(
      {
        code: 'unauthenticated',
      },
    )
  })
})

describe('an access cookie beside a session cookie', () => {
  test('answers alone where no more than its signature is asked for', async () => {
    const inside = await openInside()
    const presented = presentedOf(await inside.signIn('hybrid'))
    loseFeed(inside)
    const { principal, renewal } = await authenticate(inside.kernel, presented, local)
    expect([principal.username, renewal, inside.store.calls]).toEqual(['ada', null, []])
  })

  test.each([local, feed])(
    'counts for nothing if it is of another session (check `$check`)',
    async (demands) => {
      const { kernel, signIn } = await openInside()
      const [mine, other] = [await signIn('hybrid'), await signIn('hybrid')]
      const presented = { ...presentedOf(mine), accessCookie: other.accessToken }
      const { principal, renewal } = await authenticate(kernel, presented, demands)
      expect(principal.sessionId).toBe(mine.session.id)
      expect(renewal).toMatchObject({ accessToken: true })
    },
  )

  test('counts for nothing if it was a bearer token before the session was exchanged', async () => {
    const { kernel, signIn } = await openInside()
    const { handle, accessToken } = await signIn('token')
    const exchanged = await exchange(kernel, { text: handle, purpose: 'refresh' }, 'hybrid')
    const presented = { ...presentedOf(exchanged), accessCookie: accessToken }
    const { principal, renewal } = await authenticate(kernel, presented, local)
    expect([principal.mode, renewal?.accessToken]).toEqual(['hybrid', true])
  })

  test('is replaced when roles have changed since it was made', async () => {
    const { kernel, userId, signIn } = await openInside()
    const presented = presentedOf(await signIn('hybrid'))
    await replaceRoles(kernel, userId, ['boss'], { force: true })
    const { principal, renewal } = await authenticate(kernel, presented, feed)
    expect([principal.roles, renewal?.accessToken]).toEqual([['boss'], true])
  })

  test('is replaced once it has ended, though the two were remembered before', async () => {
    const { kernel, pass, signIn } = await openInside()
    const presented = presentedOf(await signIn('hybrid'))
    pass(lifetime - 1)
    expect((await authenticate(kernel, presented, feed)).renewal).toBeNull()
    expect(recall(kernel, presented, feed)).not.toBeNull()
    pass(1)
    expect(recall(kernel, presented, feed)).toBeNull()
    expect((await authenticate(kernel, presented, feed)).renewal).toMatchObject({ accessToken: true })
  })
})

describe('a token', () => {
  test.each([feed, store])('ends at the millisecond that it says (check `$check`)', async (demands) => {
    const { kernel, pass, signIn } = await openInside()
    const presented = presentedOf(await signIn('token'))
    pass(lifetime - 1)
    expect((await authenticate(kernel, presented, demands)).principal.username).toBe('ada')
    pass(1)
    await expect(authenticate(kernel, presented, demands)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  test('is over by the time of the store, if that is further on than was thought here', async () => {
    const { kernel, storeClock, signIn } = await openInside()
    const presented = presentedOf(await signIn('token'))
    storeClock.advance(lifetime)
    await expect(authenticate(kernel, presented, store)).rejects.toMatchObject({ code: 'invalid_token' })
  })

  test('speaks for itself where no more than its signature is asked for', async () => {
    const inside = await openInside()
    const presented = presentedOf(await inside.signIn('token'))
    loseFeed(inside)
    expect((await authenticate(inside.kernel, presented, local)).principal.username).toBe('ada')
    expect(inside.store.calls).toEqual([])
  })

  test('is a sign of use from when it was made, so that the first note of its use is soon enough', async () => {
    const {
      kernel: quiet,
      pass,
      clock,
      signIn,
    } = await openInside({
      sessions: { idle: '100s', rememberIdle: '30d' },
    })
    const noted: number[] = []
    const kernel = {
      ...quiet,
      touches: { ...quiet.touches, note: (_: string, at: number) => noted.push(at) },
    }
    const presented = presentedOf(await signIn('token'))
    pass(9999)
    await authenticate(kernel, presented, feed)
    expect(noted).toEqual([])
    pass(1)
    await authenticate(kernel, presented, feed)
    expect(noted).toEqual([clock.now()])
  })

  test('is outlived by its session, but not remembered beyond its own end', async () => {
    const inside = await openInside()
    const presented = presentedOf(await inside.signIn('token'))
    loseFeed(inside)
    await authenticate(inside.kernel, presented, feed)
    inside.store.meddle(null)
    inside.pass(lifetime - 1002)
    await inside.kernel.knowledge.confirm()
    expect(recall(inside.kernel, presented, feed)).not.toBeNull()
    inside.pass(1)
    expect(recall(inside.kernel, presented, feed)).toBeNull()
  })

  test('tells roles as it was made with them, until the store itself is asked', async () => {
    const foreign = createForeignUsers()
    const inside = await openInside({ foreign })
    const presented = presentedOf(await inside.signIn('token'))
    foreign.row(inside.userId).roles = ['boss']
    loseFeed(inside)
    expect((await authenticate(inside.kernel, presented, feed)).principal.roles).toEqual(['teller'])
    expect((await authenticate(inside.kernel, presented, store)).principal.roles).toEqual(['boss'])
  })
})

/** Each behind the back of a kernel that has not heard of it. */
const supersedings: Readonly<Record<string, (inside: Inside, session: Session) => Promise<unknown>>> = {
  'somebody else has a session of that id': async ({ store: meddled, addUser }, session) => {
    const { sessions, subjects } = meddled.opened()
    const { value: bob } = await subjects.ensure(await addUser('bob'))
    await sessions.end(session.id)
    return await sessions.create({ ...session, userId: bob.userId, epoch: bob.epoch })
  },
  'the session is held in another way': ({ store: meddled }, session) =>
    meddled
      .opened()
      .sessions.replace(
        { ...session, mode: 'hybrid', purpose: purposeOf('hybrid'), version: session.version + 1 },
        session.version,
      ),
  'roles have changed': ({ store: meddled }, { userId }) => meddled.opened().subjects.raiseRevision(userId),
  'everything that bore an earlier epoch was ended': async ({ store: meddled }, session) => {
    const { sessions, subjects } = meddled.opened()
    const { value: subject } = await subjects.raiseEpoch(session.userId, null)
    const epoch = subject?.epoch ?? 0
    return await sessions.replace({ ...session, epoch, version: session.version + 1 }, session.version)
  },
}

describe('with its session read, a token is refused when', () => {
  test.each(Object.keys(supersedings))('%s', async (what) => {
    const inside = await openInside()
    const granted = await inside.signIn('token')
    expect((await authenticate(inside.kernel, presentedOf(granted), store)).channel).toBe('bearer')
    await supersedings[what]?.(inside, granted.session)
    await expect(authenticate(inside.kernel, presentedOf(granted), store)).rejects.toMatchObject({
      code: 'invalid_token',
    })
    const { value } = await inside.store.opened().sessions.find(granted.session.id)
    expect(value?.session.id).toBe(granted.session.id)
  })

  test('it has ended meanwhile', async () => {
    const { kernel, store: meddled, signIn } = await openInside()
    const granted = await signIn('token')
    await meddled.opened().sessions.end(granted.session.id)
    await expect(authenticate(kernel, presentedOf(granted), store)).rejects.toMatchObject({
      code: 'invalid_token',
    })
  })
})

describe('of requests at once for one session', () => {
  test.each([
    [feed, 1],
    [store, 5],
  ] as const)('those with check `$0.check` cause $1 reads', async (demands, reads) => {
    const { kernel, store: meddled, signIn } = await openInside()
    const presented = presentedOf(await signIn('session'))
    const gate = createGate('sessions.find')
    meddled.forget()
    meddled.meddle(gate.meddler)
    const answers = atOnce(5, () => authenticate(kernel, presented, demands))
    await gate.reached
    gate.open()
    expect(await answers).toHaveLength(5)
    expect(meddled.calls.filter((name) => name === 'sessions.find')).toHaveLength(reads)
  })
})
