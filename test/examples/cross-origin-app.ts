// What the guide shows of pages and services at other origins of one site.

import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import { type Client, createClient } from 'sessera/client'

/** Options of `createAuth`: the API is at one origin, its pages are at another. */
export const forPagesElsewhere = {
  origin: 'https://api.example.com',
  trustedOrigins: ['https://app.example.com'],
} as const

/** In the page at https://app.example.com. */
export function connect(): Client {
  return createClient({ mode: 'session', origin: 'https://api.example.com' })
}

/** Options of `createAuth`: services at other hosts of example.com get the access cookie too. */
export const forSiblings = {
  origin: 'https://www.example.com',
  accessCookieDomain: 'example.com',
} as const

/** In such a service: who a request is from, by the public keys alone. Null: nobody, or somebody whose token is over. */
export async function whoIs(cookies: string, keys: JWTVerifyGetKey): Promise<string | null> {
  const token = /(?:^|; )__Secure-sessera-access=([^;]+)/.exec(cookies)?.[1]
  if (token === undefined) return null
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: 'https://www.example.com',
      audience: 'https://www.example.com',
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
    })
    return payload.sub ?? null
  } catch {
    return null
  }
}
