// What a check has found.

export interface Finding {
  readonly check: string
  readonly state: 'ok' | 'warning' | 'problem'
  /** What is so, and unless it is fine, what to do. */
  readonly sentence: string
}

/** One check: its findings bear its name. */
export interface Check {
  ok(sentence: string): Finding
  warning(sentence: string): Finding
  problem(sentence: string): Finding
}

export function createCheck(check: string): Check {
  return {
    ok: (sentence) => ({ check, state: 'ok', sentence }),
    warning: (sentence) => ({ check, state: 'warning', sentence }),
    problem: (sentence) => ({ check, state: 'problem', sentence }),
  }
}
