// What the shapes of the HTTP API are made of.

import * as v from 'valibot'

export const text = (max: number): v.GenericSchema<string> =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(max))

export const integer: v.GenericSchema<number> = v.pipe(v.number(), v.integer())

/** Passwords have a policy of their own; this only keeps absurd ones from any further work. */
export const password: v.GenericSchema<string> = v.pipe(v.string(), v.maxLength(4096))

/** A parameter of the query: digits that mean a number. */
export function whole(min: number, max: number): v.GenericSchema<string, number> {
  const rule = `Write a whole number from ${min} to ${max}`
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, rule),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(min, rule),
    v.maxValue(max, rule),
  )
}

/** A parameter of the query. */
export const yesOrNo: v.GenericSchema<string, boolean> = v.pipe(
  v.picklist(['true', 'false'], 'Write true or false'),
  v.transform((word) => word === 'true'),
  v.boolean(),
)

/** For routes that ask nothing of the query: whoever writes something there meant something. */
export const noQuery: v.GenericSchema<unknown, object> = v.strictObject({})
