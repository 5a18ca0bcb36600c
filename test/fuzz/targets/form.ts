// Posted forms of the server's pages: exactly their fields, each once, as a browser encodes them.

import { Readable } from 'node:stream'
import { AuthError } from 'sessera'
import { parseForm, readForm as readPosted } from '../../../packages/server/src/pages/form-body.js'
import { hold, type Target } from '../engine/target.js'
import { readForm } from '../oracles/form.js'

const fields = ['username', 'password'] as const
type Posted = Parameters<typeof readPosted>[0]

/** The body; whether it comes through a request, and of which media type. */
export const form: Target = {
  name: 'form',
  seeds: [
    ['username=ann&password=four+words', '0', 'application/x-www-form-urlencoded'],
    ['username=%C3%BC&password=%00%26%3D', '1', 'application/x-www-form-urlencoded; charset=utf-8'],
    ['username=ann&username=bob&password=a', '0', 'text/plain'],
    ['password=a&username=', '1', 'application/x-www-form-urlencoded;charset="UTF-8"'],
  ],
  words: ['username=', '&password=', '%00', '%', '%ff', '+', '__proto__'],
  maxLength: 20_000,
  async run([text = '', isPosted = '', mediaType = '']) {
    if (isPosted.charCodeAt(0) % 2 === 1) return posted(text, mediaType)
    const found = await codeOr(async () => parseForm(text, fields))
    const expected = /^[!-~]*$/.test(text) ? readForm(text) : null
    const isWhole = expected?.size === fields.length && fields.every((field) => expected.has(field))
    hold((typeof found === 'string') === !isWhole, 'a form is read otherwise than by URLSearchParams', text)
    if (typeof found === 'string') return found
    for (const field of fields) hold(found[field] === expected?.get(field), 'a field has another value', text)
    return 'read'
  },
}

async function posted(text: string, mediaType: string): Promise<string> {
  const body = Buffer.from(text, 'latin1')
  const headers = { 'content-type': mediaType, 'content-length': String(body.length) }
  const req = Object.assign(Readable.from([body]), { headers }) as unknown as Posted
  const found = await codeOr(() => readPosted(req, fields))
  const isForm = mediaType.toLowerCase().startsWith('application/x-www-form-urlencoded')
  hold(typeof found === 'string' || isForm, 'a form of another media type is read', mediaType)
  hold(
    typeof found === 'string' || body.length <= 16_384,
    'a form is longer than any that a page has',
    body.length,
  )
  return `posted, ${typeof found === 'string' ? found : 'read'}`
}

async function codeOr<T extends object>(call: () => Promise<T>): Promise<T | string> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof AuthError) return error.code
    throw error
  }
}
