// The range check against a service on this machine that answers well, late, too much, or rubbish.

import { hash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigurationError } from '../../../packages/sessera/src/errors.js'
import { createRangeCheck, RangeCheckError } from '../../../packages/sessera/src/passwords/range-check.js'

const password = 'four words of some length'
const digest = hash('sha1', password, 'hex').toUpperCase()
const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)]
const others = [`${'0'.repeat(34)}1`, 'F'.repeat(35), '1'.repeat(35)]

interface Service {
  readonly url: string
  readonly requests: IncomingMessage[]
}

async function serve(answer: (response: ServerResponse) => void): Promise<Service> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`, requests }
}

const body = (text: string) => serve((response) => response.end(text))
const line = (name: string, count: number): string => `${name}:${count}\r\n`

async function faultOf(answer: Promise<boolean> | boolean): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    expect(String(error)).not.toContain(prefix)
    expect(error).toBeInstanceOf(RangeCheckError)
    expect(error).not.toHaveProperty('cause')
    return (error as { code: string }).code
  }
}

test('five digits of the SHA-1 are all that leaves the process, and padding is asked for', async () => {
  const service = await body(line(suffix, 3))
  expect(await createRangeCheck({ url: service.url })(password)).toBe(true)
  const [request] = service.requests
  expect(service.requests).toHaveLength(1)
  expect([request?.method, request?.url]).toEqual(['GET', `/range/${prefix}`])
  expect(request?.headers['add-padding']).toBe('true')
  const sent = JSON.stringify([request?.url, request?.rawHeaders]).toUpperCase()
  for (const secret of [suffix, suffix.slice(0, 6), password.toUpperCase()])
    expect(sent).not.toContain(secret)
})

describe('an answer', () => {
  test.each<[string, string, boolean | string]>([
    ['with it', others.map((name) => line(name, 1)).join('') + line(suffix, 1), true],
    ['with it in small letters', line(suffix.toLowerCase(), 12), true],
    ['with it, without an end of line', `${line(others[0] ?? '', 2)}${suffix}:9`, true],
    ['with bare line feeds', `${others[0]}:1\n${suffix}:2\n`, true],
    ['without it', others.map((name) => line(name, 7)).join(''), false],
    ['with it as padding', line(others[0] ?? '', 5) + line(suffix, 0), false],
    ['of padding only', others.map((name) => line(name, 0)).join(''), false],
    ['with it behind 1000 others', line('A'.repeat(35), 0).repeat(1000) + line(suffix, 2), true],
    ['of nothing', '', 'garbage'],
    ['that is a page', '<!doctype html><title>Sign in to the network</title>', 'garbage'],
    ['that is cut off', line(others[0] ?? '', 1) + suffix.slice(0, 20), 'garbage'],
    ['with a line that is none', `${line(suffix, 3)}hello\r\n`, 'garbage'],
    ['with an empty line', `${line(others[0] ?? '', 1)}\r\n${line(others[1] ?? '', 1)}`, 'garbage'],
    ['with a count that is none', `${suffix}:many\r\n`, 'garbage'],
    ['of whole digests', line(digest, 3), 'garbage'],
    ['of two megabytes', line('A'.repeat(35), 1).repeat(55_000), 'too_large'],
  ])('%s', async (_, text, expected) => {
    const { url } = await body(text)
    expect(await faultOf(createRangeCheck({ url })(password))).toBe(expected)
  })

  test.each([204, 206, 401, 404, 429, 500, 503])('with status %i is no answer', async (status) => {
    const { url } = await serve((response) => {
      response.writeHead(status).end(status === 204 ? '' : line(suffix, 0))
    })
    expect(await faultOf(createRangeCheck({ url })(password))).toBe('status')
  })
})

describe('a service that', () => {
  test('never answers is given up', async () => {
    const { url } = await serve(() => undefined)
    expect(await faultOf(createRangeCheck({ url, timeoutMs: 50 })(password))).toBe('timeout')
  })

  test('stops in the middle of its answer is given up', async () => {
    const { url } = await serve((response) => void response.write(line(others[0] ?? '', 1)))
    expect(await faultOf(createRangeCheck({ url, timeoutMs: 50 })(password))).toBe('timeout')
  })

  test('answers without end is given up at a megabyte', async () => {
    const { url } = await serve((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(line('A'.repeat(35), 1)));
        response.once('drain', more)
      }
      more()
    })
    expect(await faultOf(createRangeCheck({ url })(password))).toBe('too_large')
  })

  test('hangs up is no answer', async () => {
    const { url } = await serve((response) => response.destroy())
    expect(await faultOf(createRangeCheck({ url })(password))).toBe('network')
  })

  test('is not there is no answer', async () => {
    expect(await faultOf(createRangeCheck({ url: 'http://127.0.0.1:9/range' })(password))).toBe('network')
  })

  test('ignores that nobody waits any more does not keep anybody waiting', async () => {
    const check = createRangeCheck({
      url: 'https://ranges.example/range',
      timeoutMs: 50,
      fetch: () => new Promise(() => undefined),
    })
    expect(await faultOf(check(password))).toBe('timeout')
  })
})

test('it does not go where the service sends it', async () => {
  const service = await serve((response) => {
    if (service.requests.length === 1) response.writeHead(302, { Location: '/elsewhere' }).end()
    else response.end(line(suffix, 3))
  })
  expect(await faultOf(createRangeCheck({ url: service.url })(password))).toBe('network')
  expect(service.requests).toHaveLength(1)
})

test('an address may end with a slash', async () => {
  const service = await body(line(suffix, 3))
  expect(await createRangeCheck({ url: `${service.url}/` })(password)).toBe(true)
  expect(service.requests[0]?.url).toBe(`/range/${prefix}`)
})

test.each([
  '',
  'ranges.example',
  'http://ranges.example',
  'http://localhost.evil.example',
  'ftp://localhost',
  'file:///range',
])('the address "%s" is refused', (url) => {
  expect(() => createRangeCheck({ url })).toThrow(ConfigurationError)
})

test.each([0, -1, 0.5, Number.NaN, 10_001])('a timeout of %d is refused', (timeoutMs) => {
  expect(() => createRangeCheck({ url: 'https://ranges.example', timeoutMs })).toThrow(ConfigurationError)
})
