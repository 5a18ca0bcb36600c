// What strangers send to a sign-in form, and the status that each deserves. None of it may crash an app or end in a 500.

import type { Sent } from '../support/json-client.js'

const json = { 'Content-Type': 'application/json' }

export const hopelessBodies: readonly (readonly [what: string, sent: Sent, status: number])[] = [
  ['no body', { method: 'POST' }, 400],
  ['an empty object', { json: {} }, 400],
  ['no password', { json: { username: 'ada' } }, 400],
  ['no username', { json: { password: 'a few quiet words' } }, 400],
  ['a number for a password', { json: { username: 'ada', password: 5 } }, 400],
  ['a query operator for a password', { json: { username: 'ada', password: { $ne: 1 } } }, 400],
  ['a list for a username', { json: { username: ['ada'], password: 'a few quiet words' } }, 400],
  ['a list', { json: ['ada', 'a few quiet words'] }, 400],
  ['null', { json: null }, 400],
  ['text', { json: 'ada' }, 400],
  ['broken JSON', { text: '{"username": "ada', headers: json }, 400],
  ['JSON that claims to be text', { text: '{"username":"ada","password":"x"}' }, 400],
  ['a form', { text: 'username=ada', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }, 400],
  [
    'a charset that JSON does not have',
    { text: '{}', headers: { 'Content-Type': 'application/json; charset=latin1' } },
    415,
  ],
  ['an unknown compression', { text: '{}', headers: { ...json, 'Content-Encoding': 'zip' } }, 415],
  ['a compression that is none', { text: '{}', headers: { ...json, 'Content-Encoding': 'gzip' } }, 400],
  ['a megabyte', { json: { username: 'ada', password: 'x'.repeat(1024 * 1024) } }, 413],
  ['a password longer than any', { json: { username: 'ada', password: 'x'.repeat(300) } }, 400],
  ['an impossible username', { json: { username: '\0'.repeat(1000), password: 'a few quiet words' } }, 401],
]
