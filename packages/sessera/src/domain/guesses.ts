// How guesses at a secret are slowed and in the end refused, whoever makes them. Every store asks `judgeGuess` within the
// step that keeps its answer, so that of many at once no more go than may.

/** How guesses at one thing are slowed: the first ones go, then each waits twice as long as the one before. */
export interface BackOff {
  /** So many go at once. */
  readonly free: number
  /** What the first one after them waits, ms. */
  readonly firstWaitMs: number
  readonly longestWaitMs: number
  /** So many in a row, none of them right, are the last. */
  readonly most: number
  /** So long after the last that was counted, all is forgotten, ms. */
  readonly forgetMs: number
}

export interface Guess {
  /** `go`: counted, may be tried. `wait`: not counted, too early. `spent`: not counted, no more until all is forgotten. */
  readonly verdict: 'go' | 'wait' | 'spent'
  /** How many are counted, this one included if it was. */
  readonly count: number
  /** From when the next one goes, epoch ms. */
  readonly nextAt: number
}

/** What is kept of the guesses at one thing. Times are epoch ms. */
export interface KnownGuesses {
  readonly count: number
  /** From when the next one goes. */
  readonly nextAt: number
  /** From when they are forgotten. */
  readonly forgetAt: number
}

export interface Judged {
  readonly guess: Guess
  /** What is known from now on. Null: what is known stays as it is. */
  readonly keep: KnownGuesses | null
}

/**
 * After the n-th that was counted, with n at least `free`, the next one waits `firstWaitMs` · 2^(n − `free`), at most
 * `longestWaitMs`; after `most` of them until all is forgotten.
 */
export function judgeGuess(known: KnownGuesses | null, backOff: BackOff, now: number): Judged {
  const before = known !== null && now < known.forgetAt ? known : { count: 0, nextAt: now, forgetAt: now }
  const refuse = (verdict: 'wait' | 'spent', nextAt: number): Judged => ({
    guess: { verdict, count: before.count, nextAt },
    keep: null,
  })
  if (before.count >= backOff.most) return refuse('spent', before.forgetAt)
  if (now < before.nextAt) return refuse('wait', before.nextAt)
  const count = before.count + 1
  const forgetAt = now + backOff.forgetMs
  const nextAt = count >= backOff.most ? forgetAt : now + waitAfter(count, backOff)
  return { guess: { verdict: 'go', count, nextAt }, keep: { count, nextAt, forgetAt } }
}

/** When the latest guess that was counted could not be tried: the next one goes at once. Null: nothing is known any more. */
export function withoutLatest(known: KnownGuesses, now: number): KnownGuesses | null {
  return known.count <= 1 ? null : { ...known, count: known.count - 1, nextAt: now }
}

function waitAfter(count: number, { free, firstWaitMs, longestWaitMs }: BackOff): number {
  return count < free ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (count - free))
}
