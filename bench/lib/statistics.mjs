// What a list of figures says: medians, quantiles, and how sure a ratio is.
// The resampling has a fixed seed, so that the same figures always give the same interval.

/**
 * @typedef {{ value: number, low: number, high: number }} Estimate the median of some figures, and where it lies with 95 %
 */

/**
 * @param {readonly number[]} values
 * @param {number} q from 0 to 1
 * @returns {number} by linear interpolation; NaN of nothing
 */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  return quantile(values, 0.5)
}

/**
 * Of figures that were taken in pairs, one right after the other: noise that lasts longer than a pair cancels out.
 *
 * @param {readonly number[]} of
 * @param {readonly number[]} to
 * @returns {Estimate}
 */
export function ratio(of, to) {
  if (of.length !== to.length)
    throw new RangeError(`${of.length} figures cannot be paired with ${to.length}.`)
  return estimate(of.map((value, at) => value / (to[at] ?? Number.NaN)))
}

const resamples = 2000

/**
 * The median with its 95 % interval, by bootstrap.
 *
 * @param {readonly number[]} values
 * @returns {Estimate}
 */
export function estimate(values) {
  const next = seeded(0x5e55e7a)
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[Math.floor(next() * values.length)] ?? Number.NaN)),
  )
  return { value: median(values), low: quantile(medians, 0.025), high: quantile(medians, 0.975) }
}

/**
 * @param {number} seed
 * @returns {() => number} numbers from 0 up to 1, xorshift32
 */
function seeded(seed) {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
