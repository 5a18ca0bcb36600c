// Ten thousand people of an old system, with the hashes that it had, and what each of them types.

import { pbkdf2Sync } from 'node:crypto'
import { hashSync } from '@node-rs/bcrypt'

export interface Person {
  readonly username: string
  readonly password: string
}

// Few passwords for many people: making the hashes must not take longer than the test.
const different = 40

export const people: readonly Person[] = Array.from({ length: 10_000 }, (_, at) => ({
  username: `user-${String(at).padStart(5, '0')}`,
  password: `the old password of kind ${at % different}`,
}))

const hashes = Array.from({ length: different }, (_, at) => {
  const { password } = people[at] ?? { password: '' }
  return at % 2 === 0 ? djangoHash(password) : hashSync(password, 4)
})

function djangoHash(password: string): string {
  const salt = 'aSaltOf22Characters000'
  return `pbkdf2_sha256$1000$${salt}$${pbkdf2Sync(password, salt, 1000, 32, 'sha256').toString('base64')}`
}

export function usersCsv(): string {
  const lines = people.map(
    ({ username }, at) => `${username},${username}@example.org,${hashes[at % different]},member`,
  )
  return ['username,email,password_hash,roles', ...lines, ''].join('\n')
}
