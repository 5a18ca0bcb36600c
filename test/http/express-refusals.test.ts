// What forExpress makes of a refusal: the problem document, the app's own words, or an error that is none of its business.

import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import { AuthError } from '../../packages/sessera/src/errors.js'
import { type ExpressOptions, forExpress } from '../../packages/sessera/src/frameworks/express.js'
import { call } from '../support/json-client.js'
import { ada, appWith, house, listen } from './express-house.js'

describe('refusals', () => {
  const failing = async (error: unknown, options?: ExpressOptions) => {
    const { auth, log } = house()
    const { refusals } = forExpress(auth, options)
    const app = express()
    app.get('/', () => {
      throw error
    })
    app.use(refusals)
    const passedOn: unknown[] = []
    const last: express.ErrorRequestHandler = (given, _req, res, _next) => {
      passedOn.push(given)
      res.status(500).json({})
    }
    app.use(last)
    return { answer: await call(`${await listen(app)}/`), passedOn, log }
  }

  it('answer an AuthError of the app with the problem document', async () => {
    const { answer } = await failing(new AuthError('forbidden', { detail: 'Your trial has ended.' }))
    expect(answer).toMatchObject({
      status: 403,
      json: { code: 'forbidden', detail: 'Your trial has ended.' },
    })
  })

  it('log the cause and never send it', async () => {
    for (const onRefused of [undefined, showMessage]) {
      const { answer, log } = await failing(
        new AuthError('forbidden', { cause: new Error('the secret reason') }),
        onRefused === undefined ? {} : { onRefused },
      )
      expect(answer.status).toBe(403)
      expect(JSON.stringify(answer.json)).not.toContain('secret reason')
      expect(log.error).toHaveBeenCalledOnce()
    }
  })

  it.each([
    ['a bug of the app', new TypeError('x is not a function')],
    ['an error of the app with a status of its own', Object.assign(new Error('gone'), { status: 410 })],
    [
      'an error of the app that has a type too',
      Object.assign(new Error('no'), { status: 400, type: 'StripeError' }),
    ],
    [
      'what a verifying body parser threw',
      Object.assign(new Error('no'), { status: 403, type: 'entity.verify.failed' }),
    ],
    ['no error at all', 'just text'],
  ])('pass on %s', async (_, error) => {
    const { answer, passedOn } = await failing(error)
    expect(answer.status).toBe(500)
    expect(passedOn).toEqual([error])
  })

  it('keep failures of the server from onRefused', async () => {
    const onRefused = vi.fn(showMessage)
    const { answer } = await failing(new AuthError('unavailable'), { onRefused })
    expect(answer).toMatchObject({ status: 503, json: { code: 'unavailable', type: expect.any(String) } })
    expect(onRefused).not.toHaveBeenCalled()
  })

  it('pass on what comes when the response has begun', async () => {
    const late = new AuthError('forbidden')
    const { auth } = house()
    const { refusals } = forExpress(auth)
    const passedOn = vi.fn()
    const app = express()
    app.get('/', (_req, res) => {
      res.write('begun')
      throw late
    })
    app.use(refusals)
    const last: express.ErrorRequestHandler = (error, _req, res, _next) => {
      passedOn(error)
      res.end()
    }
    app.use(last)
    expect((await call(`${await listen(app)}/`)).status).toBe(200)
    expect(passedOn.mock.calls).toEqual([[late]])
  })
})

const showMessage: ExpressOptions['onRefused'] = ({ code, message }, _req, res) =>
  void res.json({ code, message })

describe('onRefused', () => {
  it('writes the body; status and headers are there already', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, () => undefined, { onRefused: showMessage }))
    const answer = await call(`${origin}/dashboard`)
    expect(answer).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated', message: 'Sign in first.' },
    })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="sessera"')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('hears of a guard, of signIn and of broken bodies alike', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, (app) => app.use(express.json()), { onRefused: showMessage }))
    const codes: unknown[] = []
    for (const sent of [
      { json: ada },
      { json: {} },
      { text: '{', headers: { 'Content-Type': 'application/json' } },
    ]) {
      codes.push((await call(`${origin}/login`, sent)).json)
    }
    codes.push((await call(`${origin}/dashboard`, { headers: { Authorization: 'Bearer nonsense' } })).json)
    expect(codes).toMatchObject([
      { code: 'invalid_credentials' },
      { code: 'invalid_request' },
      { code: 'invalid_request', message: 'The request body cannot be read.' },
      { code: 'invalid_token' },
    ])
  })

  it('leaves Retry-After in place after too many attempts', async () => {
    const { auth } = house()
    const origin = await listen(appWith(auth, (app) => app.use(express.json()), { onRefused: showMessage }))
    const attempt = () => call(`${origin}/login`, { json: ada })
    for (let i = 0; i < 5; i++) expect((await attempt()).status).toBe(401)
    const answer = await attempt()
    expect(answer).toMatchObject({ status: 429, json: { code: 'too_many_requests' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it.each([
    ['at once', { Authorization: 'Bearer two words' }],
    ['after a look at the store', { Authorization: 'Bearer nonsense' }],
  ])('that throws %s is an error of the app, and the app lives on', async (_, headers) => {
    const { auth } = house()
    await auth.ready()
    const app = appWith(auth, () => undefined, {
      onRefused() {
        throw new Error('a bug in onRefused')
      },
    })
    const last: express.ErrorRequestHandler = (error: Error, _req, res, _next) => {
      res.status(500).json({ message: error.message })
    }
    app.use(last)
    const origin = await listen(app)
    for (let i = 0; i < 2; i++) {
      expect(await call(`${origin}/dashboard`, { headers })).toMatchObject({
        status: 500,
        json: { message: 'a bug in onRefused' },
      })
    }
  })
})
