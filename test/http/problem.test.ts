// What a refusal says: the problem document, the challenge beside it, and nothing of a fault of ours.

import { describe, expect, it } from 'vitest'
import { AuthError, listErrorCodes } from '../../packages/sessera/src/errors.js'
import { problemOf } from '../../packages/sessera/src/http/problem.js'

const headerOf = (error: unknown, wanted: string) =>
  problemOf(error).headers.find(([name]) => name === wanted)?.[1] ?? null

describe('a refusal', () => {
  it('is a problem document that no cache keeps (RFC 9457)', () => {
    const { status, headers, body } = problemOf(new AuthError('forbidden'))
    expect(status).toBe(403)
    expect(headers).toEqual([
      ['Content-Type', 'application/problem+json'],
      ['Cache-Control', 'no-store'],
    ])
    expect(JSON.parse(body)).toEqual({
      type: 'urn:sessera:error:forbidden',
      title: 'You are signed in, but not allowed to do this.',
      status: 403,
      code: 'forbidden',
      detail: 'You are signed in, but not allowed to do this.',
    })
  })

  it('says in its detail what its title does not', () => {
    expect(
      JSON.parse(problemOf(new AuthError('forbidden', { detail: 'Your trial has ended.' })).body),
    ).toMatchObject({
      title: 'You are signed in, but not allowed to do this.',
      detail: 'Your trial has ended.',
    })
  })

  it.each(listErrorCodes().map(({ code, status, title }) => [code, status, title] as const))(
    '%s has status %i',
    (code, status, title) => {
      const problem = problemOf(new AuthError(code))
      expect(problem.status).toBe(status)
      expect(JSON.parse(problem.body)).toMatchObject({ code, status, title })
    },
  )

  it.each([
    [10, '10'],
    [0.2, '1'],
    [0, '0'],
    [-3, '0'],
  ])('asks to wait %s seconds as Retry-After: %s', (retryAfterSeconds, expected) => {
    expect(headerOf(new AuthError('too_many_requests', { retryAfterSeconds }), 'Retry-After')).toBe(expected)
  })

  it('names no time to wait when it knows none', () => {
    expect(headerOf(new AuthError('unavailable'), 'Retry-After')).toBeNull()
  })
})

describe('the challenge', () => {
  const challenged: Readonly<Record<string, string>> = {
    unauthenticated: 'Bearer realm="sessera"',
    invalid_token: 'Bearer realm="sessera", error="invalid_token"',
    insufficient_scope: 'Bearer realm="sessera", error="insufficient_scope"',
    reauthentication_required: 'Bearer realm="sessera", error="insufficient_user_authentication"',
  }

  it.each(listErrorCodes().map(({ code }) => [code, challenged[code] ?? null] as const))(
    'of %s is %s',
    (code, expected) => {
      expect(headerOf(new AuthError(code), 'WWW-Authenticate')).toBe(expected)
    },
  )

  it('says how recent a proof would do (RFC 9470)', () => {
    expect(
      headerOf(new AuthError('reauthentication_required', { maxAgeSeconds: 300 }), 'WWW-Authenticate'),
    ).toBe('Bearer realm="sessera", error="insufficient_user_authentication", max_age=300')
  })
})

describe('what is not a refusal', () => {
  it.each<[string, unknown]>([
    ['an error', new Error('SELECT secret FROM users')],
    ['an error that claims a status', Object.assign(new Error('secret'), { status: 200, code: 'forbidden' })],
    ['a string', 'secret'],
    ['nothing', undefined],
    ['null', null],
  ])('is an internal error that tells nothing: %s', (_, thrown) => {
    const problem = problemOf(thrown)
    expect(problem).toEqual(problemOf(new AuthError('internal_error')))
    expect(JSON.stringify(problem)).not.toContain('secret')
  })

  it('is not told either when it is the cause of a refusal', () => {
    const problem = problemOf(new AuthError('unavailable', { cause: new Error('secret') }))
    expect(JSON.stringify(problem)).not.toContain('secret')
  })
})
