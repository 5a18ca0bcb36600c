import { ConfigurationError } from '../errors.js'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration such as `'5m'`, `'30d'`, `'250ms'`; a number is milliseconds already.
 *
 * @throws ConfigurationError when it is neither, negative, or not finite.
 */
export function parseDuration(duration: string | number): number {
  const match = typeof duration === 'string' ? /^(\d{1,9})(ms|s|m|h|d)$/.exec(duration) : null
  const ms =
    typeof duration === 'number' ? duration : Number(match?.[1]) * (unitMs[match?.[2] ?? ''] ?? Number.NaN)
  if (!Number.isFinite(ms) || ms < 0) {
    throw new ConfigurationError(
      `"${duration}" is not a duration. Write milliseconds as a number, or text such as "30s", "5m", "24h" or "30d".`,
    )
  }
  return ms
}
