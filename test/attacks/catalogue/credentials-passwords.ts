// Lines 57 and 58: which passwords are the same, and which are no passwords at all.

import assert from 'node:assert/strict'
import type { Attack, OutsideAttack, Target } from './attack.js'
import { nobody } from './guess.js'
import { type Refusal, refused, type Scene, setScene } from './refusal.js'

/** What is set as a password, what then opens, and what does not: at most four, so that nobody has to wait. */
interface Row {
  readonly what: string
  readonly set: string
  readonly wrong: readonly string[]
  readonly right: readonly string[]
}

const prefix = 'a long prefix of seventy-two bytes, which is where some hashes stop read'
const most = Array.from({ length: 256 }, (_, index) => String.fromCodePoint(0x4e00 + index * 7)).join('')

const rows: readonly Row[] = [
  {
    what: '72 bytes that are the same',
    set: `${prefix} one`,
    wrong: [`${prefix} two`, prefix],
    right: [`${prefix} one`],
  },
  {
    what: 'NUL',
    set: 'words with a \0NUL inside',
    wrong: ['words with a ', 'words with a NUL inside', 'words with a \0'],
    right: ['words with a \0NUL inside'],
  },
  {
    what: 'letters composed or not',
    set: 'Zo\u00eb has a diaeresis',
    wrong: ['Zoe has a diaeresis'],
    right: ['Zo\u00eb has a diaeresis', 'Zoe\u0308 has a diaeresis'],
  },
  {
    what: 'a letter that another stands for: the \u00c5ngstr\u00f6m sign',
    set: '\u212bngstr\u00f6m is a unit of length',
    wrong: ['Angstr\u00f6m is a unit of length'],
    right: ['\u00c5ngstr\u00f6m is a unit of length', 'A\u030angstro\u0308m is a unit of length'],
  },
  {
    what: 'letters that only look alike',
    set: 'the \ufb01ne words of \uff41 poem',
    wrong: ['the fine words of a poem', 'the \ufb01ne words of a poem'],
    right: ['the \ufb01ne words of \uff41 poem'],
  },
  {
    what: 'blanks around',
    set: ' blanks around the words ',
    wrong: ['blanks around the words', ' blanks around the words', ' blanks around the words \n'],
    right: [' blanks around the words '],
  },
  {
    what: 'capitals',
    set: 'Words with Capitals in them',
    wrong: ['words with capitals in them', 'WORDS WITH CAPITALS IN THEM'],
    right: ['Words with Capitals in them'],
  },
  {
    what: 'the last of 256 letters of three bytes each',
    set: most,
    wrong: [`${most.slice(0, -1)}x`, most.slice(0, -1)],
    right: [most],
  },
]

const letters = [257, 4097, 60_000, 1_000_000] as const

type Place = readonly [what: string, path: string, body: (text: string, scene: Scene) => object]

const presented: readonly Place[] = [
  [
    'signing in',
    '/auth/login',
    (password, { target }) => ({ username: target.accounts.owner.username, password }),
  ],
  ['signing in as nobody', '/auth/login', (password) => ({ username: nobody(), password })],
  ['proving who one is', '/auth/reauthenticate', (password) => ({ password })],
  ['the current one', '/auth/password', (current) => ({ current, next: 'some other words of length' })],
]

const chosen: readonly Place[] = [
  ['signing up', '/auth/register', (password) => ({ username: nobody(), password })],
  [
    'the next one',
    '/auth/password',
    (next, { target }) => ({ current: target.accounts.owner.password, next }),
  ],
]

const forms: readonly Refusal[] = ['/sign-in', '/register'].flatMap((path) =>
  [257, 60_000].map(
    (length): Refusal => ({
      line: '58',
      what: `${length} letters in a form: ${path}`,
      pages: true,
      send: () => ({
        method: 'POST',
        path,
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
        text: `username=${nobody()}&password=${'x'.repeat(length)}&mode=session`,
      }),
      // Who may not register is told so.
      status: length > 16_000 ? 413 : path === '/register' ? [400, 403] : 400,
    }),
  ),
)

export const credentialsPasswords: readonly Attack[] = [
  ...rows.map(
    (row): OutsideAttack => ({ line: '57', what: row.what, run: (target) => setAndTry(target, row) }),
  ),
  ...refused([...tooLong(presented), ...tooLong(chosen), ...forms]),
  {
    line: '58',
    what: 'none of these is hashed',
    inside: true,
    async run(target, { world }) {
      const scene = await setScene(target)
      const before = world.passwords.verified.length
      for (const { send } of [...tooLong(presented), ...forms]) {
        const attempt = send(scene)
        assert(typeof attempt === 'object')
        await target.send(attempt)
      }
      assert.equal(world.passwords.verified.length, before)
    },
  },
]

function tooLong(places: readonly Place[]): readonly Refusal[] {
  return places.flatMap(([what, path, body]) =>
    letters.map(
      (length): Refusal => ({
        line: '58',
        what: `${length} letters: ${what}`,
        send: (scene) => ({
          path,
          json: body('x'.repeat(length), scene),
          headers: [['Authorization', `Bearer ${scene.token}`]],
        }),
        // Who may not register is told so.
        status: length > 65_536 ? 413 : path === '/auth/register' ? [400, 403] : 400,
      }),
    ),
  )
}

/** Of the other account: it gets its own password back, whatever happens. */
async function setAndTry(target: Target, { set, wrong, right }: Row): Promise<void> {
  const { username, password } = target.accounts.other
  const client = await target.signedIn('session', 'other')
  const change = async (current: string, next: string): Promise<number> =>
    (await client.send('POST', '/auth/password', { text: ascii({ current, next }) })).status
  const signIn = async (text: string): Promise<number> => {
    const headers = [['Content-Type', 'application/json']] as const
    const request = { path: '/auth/login', text: ascii({ username, password: text }), headers }
    return (await target.send(request)).status
  }
  assert.equal(await change(password, set), 204, 'the password was not taken')
  try {
    for (const text of wrong) assert.equal(await signIn(text), 401, `${JSON.stringify(text)} opens`)
    for (const text of right) assert.equal(await signIn(text), 200, `${JSON.stringify(text)} does not open`)
  } finally {
    assert.equal(await change(set, password), 204, 'the password was not put back')
  }
}

function ascii(value: object): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
