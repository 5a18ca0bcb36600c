// Users by name, a page at a time: in the order of bytes, whatever is asked for, and what is searched for is taken literally.

import assert from 'node:assert/strict'
import type { Store, UserQuery } from '../../ports/store.js'
import { applied, crowd, present, type StoreCase, storeCase } from './case.js'
import { spellings, userRecord } from './records.js'

const everybody: UserQuery = { after: null, limit: 100, startsWith: null, role: null, disabled: null }

interface Person {
  readonly email?: string | null
  readonly roles?: readonly string[]
  readonly disabled?: boolean
}

/** Users by username key, which is their id too. */
async function add(store: Store, people: Readonly<Record<string, Person>>): Promise<void> {
  const rows = Object.entries(people).map(([key, { email = null, roles = [], disabled = false }]) => ({
    user: userRecord({ id: key, username: key, email, roles }),
    usernameKey: key,
    disabled,
  }))
  assert((await store.users.createMany(rows)).value.every((added) => added))
}

/** The ids of all pages, and that each page is full but the last. */
async function idsOf(store: Store, query: Partial<UserQuery> = {}): Promise<readonly string[]> {
  const ids: string[] = []
  const asked = { ...everybody, ...query }
  for (let after = asked.after; ; ) {
    const { users, next } = (await store.users.list({ ...asked, after })).value
    ids.push(...users.map(({ user }) => user.id))
    if (next === null) return ids
    assert.equal(users.length, asked.limit, 'A page that is not the last one is not full.')
    after = next
  }
}

const staff: Readonly<Record<string, Person>> = {
  ada: { email: 'Zoe@Example.ORG', roles: ['admin', 'teller'] },
  adam: { email: 'adam@example.org', roles: ['teller'], disabled: true },
  bea: { email: 'ADA@example.org', roles: ['teller'] },
  cem: { roles: ['Admin'] },
  dan: { email: 'dan@example.org', roles: ['admin'], disabled: true },
  eve: { email: 'ada.b@example.org' },
}

export const userListCases: readonly StoreCase[] = [
  storeCase('users.list answers with users and their subject rows', async ({ store }) => {
    await store.users.create(userRecord(), 'ada')
    await store.subjects.raiseEpoch('u-1', 's-1')
    await store.deployment.raiseEpoch(0)
    const { users, next } = (await store.users.list(everybody)).value
    assert.deepEqual(users, [await present(store.users.find('u-1'))])
    assert.equal(next, null)
  }),
  storeCase('users.list of nobody', async ({ store }) => {
    assert.deepEqual({ ...(await store.users.list(everybody)).value }, { users: [], next: null })
    await store.subjects.ensure('u-1')
    assert.deepEqual(await idsOf(store), [])
  }),
  storeCase('users.list: pages of any size hold everybody once, in order', async ({ store }) => {
    const names = Array.from({ length: crowd + 1 }, (_, index) => `name ${String(index).padStart(2, '0')}`)
    await add(store, Object.fromEntries([...names].reverse().map((name) => [name, {}])))
    for (const limit of [1, 2, 3, crowd, crowd + 1, crowd + 2]) {
      assert.deepEqual(await idsOf(store, { limit }), names)
      assert.deepEqual(await idsOf(store, { limit, startsWith: 'name 1' }), names.slice(10))
    }
    const { next } = (await store.users.list({ ...everybody, limit: crowd + 1 })).value
    assert.equal(next, null, 'A full page that was all names a next one.')
    assert.deepEqual(await idsOf(store, { after: 'name 07x' }), names.slice(8))
    assert.deepEqual(await idsOf(store, { after: 'zzz' }), [])
  }),
  storeCase(
    'users.list: a page goes on where the last one ended, whoever came or went since',
    async ({ store }) => {
      await add(store, { b: {}, d: {}, f: {} })
      const { next } = (await store.users.list({ ...everybody, limit: 2 })).value
      assert.equal(next, 'd')
      await add(store, { a: {}, c: {}, e: {} })
      await store.users.remove('d', null)
      assert.deepEqual(await idsOf(store, { after: next }), ['e', 'f'])
    },
  ),
  storeCase('users.list: the order is that of UTF-8 bytes', async ({ store }) => {
    // JavaScript compares by UTF-16 units, which puts what is beyond U+FFFF before U+E000 to U+FFFF.
    const inOrder = ['', ' ', 'Z', 'a', 'a ', 'aa', 'b', 'z', 'ä', 'ﬁ', '\uffee', '𐀀', '👩🏽‍🚀', '\u{10ffff}']
    await add(store, Object.fromEntries([...inOrder].reverse().map((name) => [name, {}])))
    assert.deepEqual(await idsOf(store), inOrder)
    assert.deepEqual(await idsOf(store, { limit: 1 }), inOrder)
    assert.deepEqual(await idsOf(store, { after: '\uffee' }), ['𐀀', '👩🏽‍🚀', '\u{10ffff}'])
    assert.deepEqual(await idsOf(store, { after: '' }), inOrder.slice(1))
  }),
  storeCase('users.list finds what the name or the address in lower case begins with', async ({ store }) => {
    await add(store, staff)
    assert.deepEqual(await idsOf(store, { startsWith: 'ada' }), ['ada', 'adam', 'bea', 'eve'])
    assert.deepEqual(await idsOf(store, { startsWith: 'ada', limit: 1 }), ['ada', 'adam', 'bea', 'eve'])
    assert.deepEqual(await idsOf(store, { startsWith: 'ada', after: 'adam' }), ['bea', 'eve'])
    assert.deepEqual(await idsOf(store, { startsWith: 'ada@' }), ['bea'])
    assert.deepEqual(await idsOf(store, { startsWith: 'zoe@example.o' }), ['ada'])
    assert.deepEqual(await idsOf(store, { startsWith: 'Ada' }), [])
    assert.deepEqual(await idsOf(store, { startsWith: 'example' }), [])
    assert.deepEqual(await idsOf(store, { startsWith: '' }), Object.keys(staff))
  }),
  storeCase('users.list takes what is searched for literally', async ({ store }) => {
    const names = ['%', '%a', '_', '_a', 'a', 'a%b', "a'", 'a*', 'a?', 'a[b]', 'a\\', 'a_b', 'axb', 'ä', 'ﬁ']
    await add(store, Object.fromEntries(names.map((name) => [name, { email: `E:${name}` }])))
    for (const prefix of [...names, '%%', 'a%', 'a_', 'a\\_', "a' OR ''='", 'a\u0308', '[a]', '\\']) {
      const expected = names.filter((name) => name.startsWith(prefix))
      assert.deepEqual(await idsOf(store, { startsWith: prefix }), expected, prefix)
      assert.deepEqual(await idsOf(store, { startsWith: `e:${prefix}` }), expected, prefix)
    }
  }),
  storeCase('users.list: what no store can keep, nobody has', async ({ store }) => {
    await add(store, { a: {}, '\ufffd': { email: '\ufffd' } })
    for (const text of ['\0', 'a\0', 'a\0b', '\ud800', '\ud800x']) {
      assert.deepEqual(await idsOf(store, { startsWith: text }), [], JSON.stringify(text))
      assert.deepEqual(await idsOf(store, { role: text }), [], JSON.stringify(text))
    }
  }),
  storeCase('users.list: a search ends where the characters that follow each other do', async ({ store }) => {
    const names = ['a\ud7ff', 'a\ud7ffb', 'a\ue000', 'b', '\u{10ffff}', '\u{10ffff}\u{10ffff}', '\u{10ffff}a']
    await add(store, Object.fromEntries(names.map((name) => [name, {}])))
    assert.deepEqual(await idsOf(store, { startsWith: 'a\ud7ff' }), ['a\ud7ff', 'a\ud7ffb'])
    assert.deepEqual(await idsOf(store, { startsWith: 'a\ue000' }), ['a\ue000'])
    assert.deepEqual(await idsOf(store, { startsWith: '\u{10ffff}' }), [
      '\u{10ffff}',
      '\u{10ffff}a',
      '\u{10ffff}\u{10ffff}',
    ])
  }),
  storeCase('users.list by role and by who is disabled, alone and together', async ({ store }) => {
    await add(store, staff)
    for (const limit of [1, 100]) {
      const ids = (query: Partial<UserQuery>) => idsOf(store, { limit, ...query })
      assert.deepEqual(await ids({ role: 'admin' }), ['ada', 'dan'])
      assert.deepEqual(await ids({ role: 'Admin' }), ['cem'])
      assert.deepEqual(await ids({ role: 'adm' }), [])
      assert.deepEqual(await ids({ role: 'teller', after: 'ada' }), ['adam', 'bea'])
      assert.deepEqual(await ids({ disabled: true }), ['adam', 'dan'])
      assert.deepEqual(await ids({ disabled: true, after: 'adam' }), ['dan'])
      assert.deepEqual(await ids({ disabled: false }), ['ada', 'bea', 'cem', 'eve'])
      assert.deepEqual(await ids({ role: 'admin', disabled: true }), ['dan'])
      assert.deepEqual(await ids({ role: 'admin', disabled: false }), ['ada'])
      assert.deepEqual(await ids({ startsWith: 'ada', disabled: false }), ['ada', 'bea', 'eve'])
      assert.deepEqual(await ids({ startsWith: 'ada', role: 'teller' }), ['ada', 'adam', 'bea'])
      assert.deepEqual(await ids({ startsWith: 'ada', role: 'teller', disabled: true }), ['adam'])
      assert.deepEqual(await ids({ startsWith: 'ada', role: 'teller', disabled: false, after: 'ada' }), [
        'bea',
      ])
    }
  }),
  storeCase('users.list follows every change of roles and of who is disabled', async ({ store }) => {
    await add(store, staff)
    await applied(store.users.replaceRoles('eve', ['admin', 'new'], null))
    await applied(store.users.replaceRoles('ada', [], null))
    assert.deepEqual(await idsOf(store, { role: 'admin' }), ['dan', 'eve'])
    assert.deepEqual(await idsOf(store, { role: 'teller' }), ['adam', 'bea'])
    await store.subjects.enable('dan')
    await applied(store.subjects.disable('eve', null))
    assert.deepEqual(await idsOf(store, { disabled: true }), ['adam', 'eve'])
    assert.deepEqual(await idsOf(store, { role: 'admin', disabled: false }), ['dan'])
    await store.users.remove('eve', null)
    await store.users.remove('adam', null)
    assert.deepEqual(await idsOf(store, { disabled: true }), [])
    assert.deepEqual(await idsOf(store, { role: 'admin' }), ['dan'])
    await store.users.createFirst(userRecord({ id: 'fay', email: null, roles: ['first'] }), 'fay', 'first')
    assert.deepEqual(await idsOf(store, { role: 'first' }), ['fay'])
    assert.deepEqual(await idsOf(store), ['ada', 'bea', 'cem', 'dan', 'fay'])
  }),
  storeCase('users.list: texts that look alike are different names and roles', async ({ store }) => {
    await add(store, Object.fromEntries(spellings.map((text) => [text, { roles: [text] }])))
    assert.deepEqual(new Set(await idsOf(store, { limit: 2 })), new Set(spellings))
    for (const role of spellings) assert.deepEqual(await idsOf(store, { role }), [role])
  }),
]
