// Stored hashes, which an import brings: what is taken for one can be verified, within bounds, and never fails.

import { readHash } from '../../../packages/sessera/src/passwords/read-hash.js'
import { isRefusal } from '../../../packages/sessera/src/passwords/stored-hash.js'
import { hold, type Target } from '../engine/target.js'

const right = 'a password that fits'
/** Some ten milliseconds. */
const maxWork = 70_000

/** Hashes of `right`, of every family, at costs that a fuzzer can pay. */
const hashes = [
  '$argon2id$v=19$m=8,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$btWq4LTghsM75Vp7Wbj5paXx6JyN56eKKfTK6QcDbd4',
  '$argon2i$v=16$m=16,t=1,p=2$BwcHBwcHBwcHBwcHBwcHBw$ilDr+2jyagtdJXs0gRezkz5LNUuuiwog5XWqNtdKrGQ',
  'argon2$argon2d$v=19$m=8,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$lMh9O7njFJq6hxw7AK3lY3yTkPUJa1GayL3SrZlBGgo',
  '$2b$04$Cct3Ptoi5i9rytZppy8.bezCKHzSC/HG3IAuxnQ6DQd9yULhUBXVG',
  'bcrypt$$2a$04$Cct3Ptoi5i9rytZppy8.bezCKHzSC/HG3IAuxnQ6DQd9yULhUBXVG',
  'bcrypt_sha256$$2y$04$vqjE6CULzSXQ6/6zMxP9cO66dojEUJYPhVLNbLvRW4WpOqh5IgHZu',
  '$scrypt$ln=4,r=8,p=1$BwcHBwcHBwcHBwcHBwcHBw$tk4DKd90APv4UJkoL5bOdFh/P6AdsHOpjgzba9FnlA4',
  '$scrypt$ln=14,r=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$YSByhaOVy3UFWMwjd51yetkO1wQpM3j4hke/n6S2+Mk',
  'scrypt$16$saltsaltsalt$8$1$agl0XDnxPlqIP0RNo52VWg==',
  'scrypt:16:8:1$saltsaltsalt$6a09745c39f13e5a883f444da39d955a',
  '$pbkdf2-sha256$i=10,l=32$BwcHBwcHBwcHBwcHBwcHBw$Q0xlS4qUH/x4VtbgVjD/mBovAg5gufWUfX1XInjCgFo',
  '$pbkdf2$10$BwcHBwcHBwcHBwcHBwcHBw$lRHPJFrvYE0.qwn4zLWJFBdEpXo',
  'pbkdf2_sha256$10$saltsaltsalt$wjjbukDHuuEbLJ4HtNVww9HyZxhv+H03EMGzIVkdXS0=',
  'pbkdf2:sha512:10$saltsaltsalt$2c4c95e374ebeaf5680941e72744a05921debc61ab1631a3c33bbf33d940d1bfff8a113bcfa36fefc2af598554620adccaec6e34ad4aa92265532523b3f9c028',
]

export const passwordHash: Target = {
  name: 'password-hash',
  seeds: hashes.map((hash) => [hash]),
  words: [
    '$argon2id$',
    'v=19$',
    'm=8',
    't=1',
    'p=1',
    'ln=',
    'r=1',
    ',keyid=',
    '$2b$',
    'scrypt',
    'pbkdf2',
    'A'.repeat(40),
  ],
  maxLength: 600,
  async run([stored = '']) {
    const reading = readHash(stored)
    if (isRefusal(reading)) {
      hold(/^[A-Z][ -~]*\.$/.test(reading.refused), 'a refusal is no sentence', reading.refused)
      return `refused: ${reading.refused}`
    }
    hold(stored.length <= 512, 'a hash is read that is longer than any', stored.length)
    const family = /argon2|scrypt|pbkdf2|bcrypt|\$2/.exec(stored)?.[0] ?? ''
    if (workOf(stored) > maxWork) return `read, ${family}, dear`
    const isRight = await reading.matches(right)
    hold(isRight || !hashes.includes(stored), 'a hash does not fit its password', stored)
    hold(isRight === (await reading.matches(right)), 'a hash fits or not by chance', stored)
    hold(!(await reading.matches(`${right}\0`)), 'a hash fits a password with NUL at its end', stored)
    return `read, ${family}, ${isRight}`
  },
}

/** About how much memory and time a verification takes, from the numbers that stand for its cost: never too little. */
function workOf(stored: string): number {
  const [, bcrypt] = /\$2[aby]\$(\d\d)\$/.exec(stored) ?? []
  if (bcrypt !== undefined) return 2 ** (Number(bcrypt) + 8)
  const [, ln = '0'] = /\$ln=(\d{1,2}),/.exec(stored) ?? []
  const others = stored.replace(/\$ln=\d+/, '').match(/(?<=[=:$])\d{1,9}(?=[,:$])/g) ?? []
  return others.reduce((product, number) => product * Math.max(1, Number(number)), 2 ** Number(ln))
}
