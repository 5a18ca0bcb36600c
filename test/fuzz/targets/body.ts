// Bodies of the API, from bytes to what a route is given: one object that every reader understands in the same way.

import { isDeepStrictEqual } from 'node:util'
import { safeParse } from 'valibot'
import { AuthError } from '../../../packages/sessera/src/errors.js'
import * as adminContract from '../../../packages/sessera/src/http/admin-contract.js'
import { decodeBody } from '../../../packages/sessera/src/http/body-bytes.js'
import * as contract from '../../../packages/sessera/src/http/contract.js'
import { readJson } from '../../../packages/sessera/src/http/json-body.js'
import type { HttpRequest } from '../../../packages/sessera/src/http/message.js'
import { hold, type Target } from '../engine/target.js'
import { scanJson } from '../oracles/json.js'
import { jsonWords, mutateJson } from './strict-json.js'

const bodies = {
  register: contract.registerBody,
  login: contract.loginBody,
  refresh: contract.refreshTokenBody,
  password: contract.passwordBody,
  reauthenticate: contract.reauthenticateBody,
  exchange: contract.exchangeBody,
  createUser: adminContract.createUserBody,
  roles: adminContract.rolesBody,
  claims: adminContract.claimsBody,
  import: adminContract.importBody,
  invitation: adminContract.invitationBody,
  first: adminContract.firstAdministratorBody,
} as const
const documented = new Set(['invalid_request', 'unsupported_media_type'])

/** The bytes of the body, the media type, and whether a framework has parsed it already. */
export const body: Target = {
  name: 'body',
  seeds: [
    [
      '{"username":"ann","password":"four words of length","mode":"token","refresh":"body"}',
      'application/json',
      '0',
    ],
    ['{"username":"a","password":"b","email":"a@b.example"}', 'application/json; charset=utf-8', '1'],
    ['{"refresh_token":"abc","mode":"session"}', 'application/json', '0'],
    ['{"current":"a","next":"b"}', 'APPLICATION/JSON;charset="UTF-8"', '0'],
    [
      '{"users":[{"username":"a","passwordHash":null,"roles":["x"],"claims":{"a":1}}],"dryRun":true}',
      'application/json',
      '0',
    ],
    ['{"token":"t","password":"p","username":"u"}', 'text/plain', '0'],
    ['{"password":{"$ne":1}}', 'application/json', '0'],
    ['{"password":"a","__proto__":{"admin":true},"constructor":{"prototype":{}}}', 'application/json', '1'],
    ['\xef\xbb\xbf{"roles":["a"]}', 'application/json', '0'],
    ['{"claims":{"\xc3\xbc":"\xff"}}', 'application/json', '0'],
    ['', '', '0'],
  ],
  words: [
    ...jsonWords(),
    '"username"',
    '"password"',
    '"roles"',
    '"mode"',
    'application/json',
    '; charset=utf-8',
  ],
  mutate: ([text = '', ...rest], choices) => [mutateJson(text, choices), ...rest],
  maxLength: 8192,
  async run([bytes = '', mediaType = '', isParsed = '']) {
    const found = await readBody(bytes, mediaType, isParsed.charCodeAt(0) % 2 === 1)
    if (typeof found === 'string') {
      hold(documented.has(found), 'a body is refused with another code', found)
      return found
    }
    hold(
      /^application\/json/i.test(mediaType) || Object.keys(found).length === 0,
      'a body of another media type is read',
      mediaType,
    )
    judgeObject(bytes, found)
    return Object.entries(bodies)
      .filter(([, schema]) => safeParse(schema, found).success)
      .map(([name]) => name)
      .join()
  },
}

async function readBody(bytes: string, mediaType: string, isParsed: boolean): Promise<object | string> {
  try {
    const text = decodeBody(Buffer.from(bytes, 'latin1'))
    const request: Pick<HttpRequest, 'header' | 'body'> = {
      header: (name) => (name === 'content-type' && mediaType !== '' ? mediaType : null),
      body: async () => (isParsed ? { parsed: leniently(text) } : { text }),
    }
    return await readJson(request as HttpRequest, { optional: true })
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}

/** As the parser of a framework does it: the last of duplicates wins. */
function leniently(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function judgeObject(bytes: string, found: object): void {
  const text = Buffer.from(bytes, 'latin1').toString('utf8')
  const scanned = scanJson(text)
  if (Object.keys(found).length === 0) return
  hold(
    scanned !== null && isDeepStrictEqual(scanned.value, found),
    'a body is read otherwise than written',
    text,
  )
  // Not those of the text: a framework's parser has dropped whole members, and what was in them, before we look.
  const names = scanJson(JSON.stringify(found))?.names
  hold(
    !['__proto__', 'constructor', 'prototype'].some((name) => names?.has(name) !== false),
    'a dangerous name is let in',
    text,
  )
  hold(Object.getPrototypeOf(found) === Object.prototype, 'a body has another prototype', text)
}
