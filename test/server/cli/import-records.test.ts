// Bytes into records: whatever the pieces they come in, and whatever somebody put into a field.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NotUnderstood } from '../../../packages/server/src/import/columns.js'
import { createCsvParser, parseFields, parseJsonLine } from '../../../packages/server/src/import/formats.js'
import { createSplitter, type RawRecord } from '../../../packages/server/src/import/splitter.js'

interface How {
  readonly quoted?: boolean
  readonly mostBytes?: number
  /** Where the text is cut into chunks. */
  readonly cuts?: readonly number[]
}

function split(
  text: string,
  { quoted = false, mostBytes = 1000, cuts = [] }: How = {},
): readonly RawRecord[] {
  const bytes = Buffer.from(text)
  const splitter = createSplitter({ quoted, offset: 0, line: 1, mostBytes })
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other)
  const records: RawRecord[] = []
  let from = 0
  for (const end of [...ends, bytes.length]) {
    // A copy that is overwritten afterwards, as a reused buffer would be.
    const chunk = Buffer.from(bytes.subarray(from, end))
    records.push(...splitter.push(chunk).map((record) => ({ ...record, bytes: copyOf(record.bytes) })))
    chunk.fill(0)
    from = end
  }
  return [...records, ...splitter.end()]
}

const copyOf = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes))
const textsOf = (records: readonly RawRecord[]): readonly (string | null)[] =>
  records.map(({ bytes }) => bytes?.toString() ?? null)

describe('lines', () => {
  it('end with a line feed, with or without a carriage return, or with the file', () => {
    expect(textsOf(split('one\ntwo\r\nthree'))).toEqual(['one', 'two', 'three'])
  })

  it('that are empty are counted, and nothing else', () => {
    expect(split('one\n\n\r\nfour\n').map(({ line }) => line)).toEqual([1, 4])
  })

  it('say what comes after them, so that an import can go on there', () => {
    const text = 'one\n\nthree\nfour\n'
    for (const { next } of split(text)) {
      const rest = Buffer.from(text).subarray(next.offset)
      expect(textsOf(split(rest.toString()))).toEqual(
        split(text)
          .filter(({ line }) => line >= next.line)
          .map(({ bytes }) => bytes?.toString()),
      )
    }
  })

  it('that are too long are left out, and only they', () => {
    const records = split(`one\n${'x'.repeat(5000)}\nthree\n`, { cuts: [700, 1500, 4000] })
    expect(textsOf(records)).toEqual(['one', null, 'three'])
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3])
  })
})

describe('records of CSV', () => {
  it('go on over line ends within quotation marks', () => {
    const records = split('a,"b\nstill b",c\nd,e,f\n', { quoted: true })
    expect(textsOf(records)).toEqual(['a,"b\nstill b",c', 'd,e,f'])
    expect(records.map(({ line }) => line)).toEqual([1, 3])
  })

  it('know a mark that is written twice from one that ends the field', () => {
    expect(textsOf(split('"say ""hi""\n",b\nc,d', { quoted: true }))).toEqual(['"say ""hi""\n",b', 'c,d'])
  })

  it('are not ended by a mark in the middle of a plain field', () => {
    expect(textsOf(split('5" disk,b\nc,d\n', { quoted: true }))).toEqual(['5" disk,b', 'c,d'])
  })

  it('that are too long hide nothing that would pass for a record', () => {
    const attack = `name,"${'x'.repeat(2000)}\neve,,hash,admin\n"\nada,b\n`
    expect(textsOf(split(attack, { quoted: true, cuts: [100, 1500] }))).toEqual([null, 'ada,b'])
  })

  it('that are never closed say so', () => {
    const records = split('a,b\n"c,d\ne,f\n', { quoted: true })
    expect(records.map(({ unclosed }) => unclosed)).toEqual([false, true])
  })
})

const alphabet = fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', '""', '"\n"', ' ')
const anyText = fc.array(alphabet, { maxLength: 60 }).map((parts) => parts.join(''))

it('no cut changes anything', () => {
  fc.assert(
    fc.property(anyText, fc.array(fc.nat(200), { maxLength: 8 }), fc.boolean(), (text, cuts, quoted) => {
      const whole = split(text, { quoted, mostBytes: 20 })
      expect(split(text, { quoted, mostBytes: 20, cuts })).toEqual(whole)
    }),
  )
})

it('what is written as CSV is read as it was', () => {
  const row = fc.array(anyText, { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const text = rows.map((cells) => `${cells.map(quote).join(',')}\n`).join('')
      const records = split(text, { quoted: true, mostBytes: 100_000 })
      expect(records.map(({ bytes }) => parseFields(bytes?.toString() ?? ''))).toEqual(rows)
    }),
  )
})

function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`
}

describe('a user', () => {
  const ada = {
    username: 'ada',
    email: 'ada@example.com',
    passwordHash: '$argon2id$x',
    roles: ['admin', 'editor'],
    claims: { plan: 'pro' },
    disabled: true,
  }

  it.each([
    {
      what: 'JSON with names as databases write them',
      text: '{"username":"ada","email":"ada@example.com","password_hash":"$argon2id$x","roles":["admin","editor"],"claims":{"plan":"pro"},"disabled":true}',
    },
    {
      what: 'JSON with names as programs write them',
      text: '{"username":"ada","email":"ada@example.com","passwordHash":"$argon2id$x","roles":"admin editor","claims":"{\\"plan\\":\\"pro\\"}","disabled":"yes"}',
    },
  ])('in $what', ({ text }) => {
    expect(parseJsonLine(text)).toEqual(ada)
  })

  it('in CSV, whatever the order of the columns', () => {
    const parse = createCsvParser('disabled,claims,username,roles,password_hash,email')
    expect(parse('1,"{""plan"":""pro""}",ada,"admin,editor",$argon2id$x,ada@example.com')).toEqual(ada)
  })

  it('of whom only the name is known', () => {
    const nobody = {
      username: 'ada',
      email: null,
      passwordHash: null,
      roles: [],
      claims: {},
      disabled: false,
    }
    expect(parseJsonLine('{"username":"ada"}')).toEqual(nobody)
    expect(createCsvParser('username,email,roles')('ada,,')).toEqual(nobody)
  })
})

describe('what is not understood is told, without its value', () => {
  const known = 'username, email, password_hash, roles, claims, disabled'
  it.each([
    { text: '{"username":"ada"', says: 'This is no JSON object.' },
    { text: '["ada"]', says: 'This is no JSON object.' },
    { text: '"$argon2id$x"', says: 'This is no JSON object.' },
    {
      text: '{"username":"ada","passwordhash":"h"}',
      says: `"passwordhash" is no column of users. There are: ${known}.`,
    },
    { text: '{"username":"ada","password":"hunter2"}', says: 'Plain passwords are not imported' },
    {
      text: '{"username":"ada","passwordHash":"h","password_hash":"h"}',
      says: '"passwordHash" is there twice.',
    },
    { text: '{"email":"a@b.c"}', says: `There is no "username". There are: ${known}.` },
    { text: '{"username":7}', says: '"username" is no text.' },
    { text: '{"username":"ada","passwordHash":["$argon2id$x"]}', says: '"password_hash" is no text.' },
    { text: '{"username":"ada","roles":[1]}', says: '"roles" is neither a list' },
    { text: '{"username":"ada","claims":["$argon2id$x"]}', says: '"claims" is no JSON object.' },
    { text: '{"username":"ada","claims":"{"}', says: '"claims" is no JSON object.' },
    { text: '{"username":"ada","disabled":"perhaps"}', says: '"disabled" is neither true nor false.' },
    { text: '{"username":"ada","__proto__":{"roles":["admin"]}}', says: '"__proto__" is no column' },
  ])('$text', ({ text, says }) => {
    expect(() => parseJsonLine(text)).toThrow(NotUnderstood)
    expect(() => parseJsonLine(text)).toThrow(says)
    expect(() => parseJsonLine(text)).not.toThrow(/argon2id|hunter2/)
  })

  it.each([
    { header: 'username,name', says: '"name" is no column of users.' },
    { header: 'username;email', says: 'Columns are separated by commas.' },
    { header: 'username,email,email', says: '"email" is there twice.' },
    { header: 'email', says: 'There is no "username".' },
  ])('a header: $header', ({ header, says }) => {
    expect(() => createCsvParser(header)).toThrow(says)
  })

  it.each([
    { text: 'ada', says: 'There are 1 columns, and 2 in the first line.' },
    { text: 'ada,b,c', says: 'There are 3 columns, and 2 in the first line.' },
    { text: 'ada "the first",b', says: 'A quotation mark stands within a field.' },
    { text: '"ada"x,b', says: 'A quotation mark stands within a field.' },
  ])('a line of CSV: $text', ({ text, says }) => {
    expect(() => createCsvParser('username,email')(text)).toThrow(says)
  })
})
