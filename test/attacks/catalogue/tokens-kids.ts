// Lines 7 to 10: a kid that would be a path, a query, a command or a member of an object, if somebody took it for one.

import { createHmac } from 'node:crypto'
import type { Attack } from './attack.js'
import { type Altered, altered, type Forged, forged, promoted, signed } from './tokens-forging.js'
import type { Given } from './tokens-stage.js'

const spelt: readonly Altered[] = [
  ...kids('7', 'kid is a path', [
    ...['../../dev/null', '/dev/null', '../../../../../../dev/null', 'file:///dev/null', '/dev/null\0.pem'],
    ...[
      '/proc/sys/kernel/randomize_va_space',
      '..%2f..%2fdev%2fnull',
      'C:\\nul',
      'keys/../../dev/null',
      '.',
      '',
    ],
    ...['package.json', '/etc/hostname', '..\\..\\dev\\null'],
  ]),
  ...kids('8', 'kid is a piece of SQL', [
    ...[
      "x' UNION SELECT '1';--",
      "' OR '1'='1",
      "'; DROP TABLE keys;--",
      '" OR ""="',
      "x' OR 1=1--",
      '%',
      '_',
    ],
    ...["x' AND sleep(10)--", "1; ATTACH DATABASE '/tmp/x.db' AS x", '*', '$ne'],
  ]),
  ...kids('9', 'kid is a command', [
    ...[
      '|sleep 10',
      ';sleep 10',
      '$(sleep 10)',
      '`sleep 10`',
      '& ping -c 10 127.0.0.1',
      '\nsleep 10',
      '{{7*7}}',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template would fill in is what is tried.
    ...['${jndi:ldap://127.0.0.1/x}', '${process.exit()}', 'require("child_process").execSync("sleep 10")'],
  ]),
  ...kids('10', 'kid is a name that every object has', [
    ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'],
    ...['__defineGetter__', '__lookupGetter__', 'length', 'size', 'get', 'has', 'keys', 'then', '0'],
  ]),
  {
    line: '10',
    what: 'kid is no text, or nearly the right one',
    parts: ({ header }) => {
      const kid = header.kid
      return [
        ...[1, 0, true, null, undefined, [], [kid], { kid }, { toString: kid }, [[kid]]],
        ...[
          `${kid} `,
          ` ${kid}`,
          `${kid}\0`,
          kid.toLowerCase(),
          kid.slice(0, -1),
          `${kid}=`,
          `${kid}/../${kid}`,
        ],
      ].map((value) => ({ header: { ...header, kid: value } }))
    },
  },
]

const keyed: readonly Forged[] = [
  {
    line: '7',
    what: 'kid is a path to a file whose content everybody knows, which is the secret',
    tokens: (given) =>
      ['../../../../../../dev/null', '/dev/null', '/proc/sys/kernel/ostype', '/proc/self/comm'].flatMap(
        (kid) =>
          ['', '\0', 'Linux\n', 'Linux', 'node\n', 'null', 'undefined'].map((secret) =>
            macs(given, kid, secret),
          ),
      ),
  },
  {
    line: '8',
    what: 'kid is SQL that answers with the secret',
    tokens: (given) =>
      ['1', "'1'", '', 'null'].map((secret) => macs(given, "x' UNION SELECT '1';--", secret)),
  },
  {
    line: '10',
    what: 'kid is a name that every object has, whose text is the secret',
    tokens: (given) =>
      ['__proto__', 'constructor', 'toString', 'hasOwnProperty'].flatMap((kid) =>
        [
          ...['', 'undefined', 'null', '[object Object]', 'function Object() { [native code] }', 'true'],
          'function toString() { [native code] }',
        ].map((secret) => macs(given, kid, secret)),
      ),
  },
]

export const tokensKids: readonly Attack[] = [...altered(spelt), ...forged(keyed)]

function kids(line: string, what: string, values: readonly string[]): readonly Altered[] {
  return [{ line, what, parts: ({ header }) => values.map((kid) => ({ header: { ...header, kid } })) }]
}

function macs(given: Given, kid: string, secret: string): string {
  return signed(
    { header: { ...given.header, alg: 'HS256', kid }, payload: promoted(given) },
    given,
    (input) => createHmac('sha256', secret).update(input).digest(),
  )
}
