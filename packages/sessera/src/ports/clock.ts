/** The only source of time. */
export interface Clock {
  /** Wall clock, epoch ms, an integer. */
  now(): number
  /** Milliseconds from some fixed point, never backwards; may stop while the machine sleeps. */
  monotonic(): number
}
