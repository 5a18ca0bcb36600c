// The forms of the server's pages: how they are read, and the token that belongs to one session or link.

import { describe, expect, it, onTestFinished } from 'vitest'
import { parseForm, readForm } from '../../packages/server/src/pages/form-body.js'
import { createFormTokens } from '../../packages/server/src/pages/form-token.js'
import { distance } from '../../packages/server/src/pages/moment.js'
import type { AuthError } from '../../packages/sessera/src/errors.js'
import { sendRaw } from '../http/raw-request.js'
import { startServer } from '../http/raw-server.js'

const fields = ['username', 'password'] as const

describe('a posted form', () => {
  it.each([
    { what: 'plain text', text: 'username=ada&password=abc', username: 'ada', password: 'abc' },
    { what: 'any order', text: 'password=abc&username=ada', username: 'ada', password: 'abc' },
    { what: 'empty fields', text: 'username=&password', username: '', password: '' },
    {
      what: 'spaces, signs and other scripts',
      text: 'username=Zo%C3%AB&password=a+b%2B%26%3D',
      username: 'Zoë',
      password: 'a b+&=',
    },
    { what: 'an equals sign in a value', text: 'username=a&password=b=c', username: 'a', password: 'b=c' },
    { what: 'NUL', text: 'username=a&password=b%00c', username: 'a', password: 'b\0c' },
  ])('keeps $what', ({ text, username, password }) => {
    expect(parseForm(text, fields)).toEqual({ username, password })
  })

  it.each([
    { what: 'a field twice', text: 'username=a&password=b&username=c' },
    { what: 'a field twice under two spellings', text: 'username=a&password=b&%75sername=c' },
    { what: 'a field too many', text: 'username=a&password=b&role=admin' },
    { what: 'a field too few', text: 'username=a' },
    { what: 'nothing', text: '' },
    { what: 'a prototype for a field', text: 'username=a&__proto__=b' },
    { what: 'what is not UTF-8, which would alter a password', text: 'username=a&password=%ff' },
    { what: 'half an escape', text: 'username=a&password=%e' },
    { what: 'raw bytes', text: 'username=a&password=\u00e9' },
    { what: 'a JSON body', text: '{"username":"a","password":"b"}' },
    { what: 'an empty pair', text: 'username=a&password=b&' },
  ])('is refused with $what', ({ text }) => {
    expect(() => parseForm(text, fields)).toThrow('The form did not arrive as it was shown.')
  })
})

describe('a posted form that arrives in pieces', () => {
  async function postInPieces(text: string): Promise<string> {
    const server = await startServer(async (req, res) => {
      const answer = await readForm(req, fields).then(JSON.stringify, ({ code }: AuthError) => code)
      res.setHeader('Connection', 'close').end(answer)
    })
    onTestFinished(server.close)
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
    const pieces = text.replace(/./g, '1\r\n$&\r\n')
    const request = `${head}Transfer-Encoding: chunked\r\n\r\n${pieces}0\r\n\r\n`
    return (await sendRaw(server.port, request)).body
  }

  it('may come byte by byte', async () => {
    expect(await postInPieces('username=ada&password=abc')).toContain('{"username":"ada","password":"abc"}')
  })

  it('comes in a thousand pieces at most, for each costs a call', async () => {
    expect(await postInPieces(`username=ada&password=${'a'.repeat(2000)}`)).toContain('payload_too_large')
  })
})

describe("a form's token", () => {
  const [old, next] = ['a'.repeat(32), 'b'.repeat(32)] as const
  const tokens = createFormTokens([old])
  const token = tokens.make('session-1')

  it.each([
    { what: 'its own session', session: 'session-1', presented: token, opens: true },
    { what: 'another session', session: 'session-2', presented: token, opens: false },
    { what: 'nothing', session: 'session-1', presented: '', opens: false },
    { what: 'half of it', session: 'session-1', presented: token.slice(0, 20), opens: false },
    { what: 'more than it', session: 'session-1', presented: `${token}AA`, opens: false },
    { what: 'a guess', session: 'session-1', presented: 'A'.repeat(token.length), opens: false },
  ])('opens $opens for $what', ({ session, presented, opens }) => {
    expect(tokens.verify(session, presented)).toBe(opens)
  })

  it('outlives a rotation of the secret while the old one is in the list', () => {
    expect(createFormTokens([next, old]).verify('session-1', token)).toBe(true)
    expect(createFormTokens([next]).verify('session-1', token)).toBe(false)
  })

  it('is made with the first secret', () => {
    expect(createFormTokens([next, old]).make('session-1')).toBe(createFormTokens([next]).make('session-1'))
  })
})

describe('how far away a time is', () => {
  it.each([
    [0, 'just now'],
    [-4000, 'just now'],
    [-5000, '5 seconds ago'],
    [59_400, 'in 59 seconds'],
    [59_600, 'in 1 minute'],
    [3_599_000, 'in 1 hour'],
    [-90 * 60_000, '1 hour ago'],
    [86_400_000, 'in 24 hours'],
    [30 * 86_400_000, 'in 30 days'],
  ])('%i ms is %s', (ms, says) => {
    expect(distance(ms)).toBe(says)
  })
})
