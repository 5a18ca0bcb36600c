// As much of JSON Schema 2020-12 as our OpenAPI document uses. A keyword that it does not know is an error, not a pass.

export type JsonSchema = Readonly<Record<string, unknown>>

const annotations: ReadonlySet<string> = new Set(['$schema', 'description', 'title', 'format'])

/** Where and how a value does not fit; empty when it does. */
export function misfits(schema: unknown, value: unknown, at = '$'): readonly string[] {
  if (!isObject(schema)) throw new Error(`${at}: ${JSON.stringify(schema)} is no schema.`)
  return Object.keys(schema).flatMap((keyword) => {
    if (annotations.has(keyword)) return []
    const check = keywords[keyword]
    if (check === undefined) throw new Error(`${at}: no check for the keyword ${keyword}.`)
    return check(schema[keyword], value, at, schema)
  })
}

type Check = (operand: unknown, value: unknown, at: string, schema: JsonSchema) => readonly string[]

const keywords: Readonly<Record<string, Check>> = {
  type: (operand, value, at) =>
    fail(
      [operand].flat().some((type) => isOfType(type, value)),
      at,
      `is not ${String(operand)}`,
    ),
  const: (operand, value, at) => fail(operand === value, at, `is not ${String(operand)}`),
  enum: (operand, value, at) => fail([operand].flat().includes(value), at, `is none of ${String(operand)}`),
  anyOf: (operand, value, at) => {
    const fits = [operand].flat().some((option) => misfits(option, value, at).length === 0)
    return fail(fits, at, 'fits no option')
  },
  minLength: (operand, value, at) =>
    fail(typeof value !== 'string' || value.length >= Number(operand), at, 'is too short'),
  maxLength: (operand, value, at) =>
    fail(typeof value !== 'string' || value.length <= Number(operand), at, 'is too long'),
  pattern: (operand, value, at) =>
    fail(typeof value !== 'string' || new RegExp(String(operand), 'u').test(value), at, 'does not match'),
  items: (operand, value, at) =>
    Array.isArray(value) ? value.flatMap((item, index) => misfits(operand, item, `${at}[${index}]`)) : [],
  required: (operand, value, at) =>
    isObject(value)
      ? [operand].flat().flatMap((name) => fail(String(name) in value, at, `lacks ${String(name)}`))
      : [],
  properties: (operand, value, at) =>
    isObject(value) && isObject(operand)
      ? Object.entries(operand).flatMap(([name, schema]) =>
          name in value ? misfits(schema, value[name], `${at}.${name}`) : [],
        )
      : [],
  propertyNames: (operand, value, at) =>
    isObject(value) ? Object.keys(value).flatMap((name) => misfits(operand, name, `${at}.${name}`)) : [],
  additionalProperties: (operand, value, at, schema) => {
    const known = isObject(schema['properties']) ? Object.keys(schema['properties']) : []
    const others = isObject(value) ? Object.entries(value).filter(([name]) => !known.includes(name)) : []
    return others.flatMap(([name, member]) => {
      if (operand === false) return [`${at}.${name} is not foreseen`]
      return operand === true ? [] : misfits(operand, member, `${at}.${name}`)
    })
  },
}

function isOfType(type: unknown, value: unknown): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isObject(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}

function fail(fits: boolean, at: string, how: string): readonly string[] {
  return fits ? [] : [`${at} ${how}`]
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
