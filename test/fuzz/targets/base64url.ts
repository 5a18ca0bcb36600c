// Base64url: bytes have one spelling, and nothing else is read.

import { decodeBase64url, isBase64urlOf } from '../../../packages/sessera/src/credentials/base64url.js'
import { hold, type Target } from '../engine/target.js'
import { readBase64url } from '../oracles/base64url.js'

export const base64url: Target = {
  name: 'base64url',
  seeds: [[''], ['AA'], ['AAA'], ['AAAA'], ['_-8'], ['EBESExQVFhcYGRobHB0eHw'], ['AB'], ['AAAA='], ['A']],
  run([text = '']) {
    const read = decodeBase64url(text)
    const expected = readBase64url(text)
    hold((read === null) === (expected === null), 'two readers of base64url disagree', text)
    for (let length = 0; length <= 20; length++) {
      const isOf = isBase64urlOf(text, length)
      hold(isOf === (expected?.length === length), 'isBase64urlOf disagrees with what is read', {
        text,
        length,
      })
    }
    if (read === null || expected === null) return 'refused'
    hold(read.equals(expected), 'two readers of base64url read different bytes', text)
    hold(read.toString('base64url') === text, 'bytes have two spellings', text)
    return `read, ${read.length % 3} over`
  },
}
