// Argon2 off the event loop, as PHC strings. Ours are Argon2id; other variants and parameters are read.

import { hash, verify } from '@node-rs/argon2'
import { fromBase64, maxMemoryBytes, type Reader, refuse, sizeRefusal } from './stored-hash.js'

/** OWASP's first choice (ASVS 5.0 11.4.2 and Appendix C), memory in KiB; the salt has 16 bytes. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const parameters = `m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}`
const prefix = `$argon2id$v=19$${parameters}`

const maxPasses = 16
const maxLanes = 16

// The same cost as a real one. No password is known to make it, and no answer depends on whether one does.
const dummyHash = `${prefix}$${'A'.repeat(22)}$${'A'.repeat(43)}`

const number = '[1-9]\\d{0,9}'
const phc = new RegExp(
  `^\\$argon2(id|i|d)\\$(?:v=(16|19)\\$)?m=(${number}),t=(${number}),p=(${number})(?:,keyid=([A-Za-z\\d+/]+))?\\$([A-Za-z\\d+/]+)\\$([A-Za-z\\d+/]+)$`,
)

/** @param pepperId becomes the parameter `keyid` of the PHC string. */
export async function hashArgon2(password: string, pepperId: string | null): Promise<string> {
  const made = await hash(password, cost)
  return pepperId === null ? made : made.replace(parameters, `${parameters},keyid=${pepperId}`)
}

/** The work of one verification, for nobody. */
export async function verifyNobody(password: string): Promise<false> {
  await verify(dummyHash, password)
  return false
}

/** Whether `hashArgon2` makes such hashes today, under this pepper. */
export function isCurrentArgon2(stored: string, pepperId: string | null): boolean {
  const start = pepperId === null ? `${prefix}$` : `${prefix},keyid=${pepperId}$`
  return stored.startsWith(start) && /^[A-Za-z\d+/]{22}\$[A-Za-z\d+/]{43}$/.test(stored.slice(start.length))
}

/** `$argon2id$…`, `$argon2i$…`, `$argon2d$…`, and the same as Django spells it: `argon2$argon2id$…`. */
export const readArgon2: Reader = (stored) => {
  const text = stored.startsWith('argon2$') ? stored.slice('argon2'.length) : stored
  if (!text.startsWith('$argon2')) return null
  const found = phc.exec(text)
  if (found === null) return refuse('It is no Argon2 hash as PHC strings spell it.')
  const [, variant, version = '16', m, t, p, pepperId = null, salt = '', digest = ''] = found
  const saltBytes = fromBase64(salt)
  const digestBytes = fromBase64(digest)
  if (saltBytes === null || digestBytes === null) return refuse('Its salt or digest is not base64.')
  const [kibibytes, passes, lanes] = [Number(m), Number(t), Number(p)]
  if (kibibytes * 1024 > maxMemoryBytes || passes > maxPasses || lanes > maxLanes)
    return refuse('It asks for more than 256 MiB, 16 passes or 16 lanes.')
  if (kibibytes < 8 * lanes)
    return refuse('It has less than 8 KiB for each lane, which Argon2 does not allow.')
  // The native reader knows neither `keyid` nor a missing version.
  const plain = `$argon2${variant}$v=${version}$m=${kibibytes},t=${passes},p=${lanes}$${salt}$${digest}`
  return (
    sizeRefusal({ salt: saltBytes, digest: digestBytes }) ?? {
      pepperId,
      matches: (password) => verify(plain, password),
    }
  )
}
