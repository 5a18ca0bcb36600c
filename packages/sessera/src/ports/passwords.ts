/** Slow hashing, off the event loop, behind a bounded queue. */
export interface Passwords {
  /** @throws AuthError `overloaded` when the queue is full. */
  hash(password: string): Promise<string>
  /**
   * Whether `password` made `hash` (ours, or one that `isImportable`). With null it does the work of one of ours and
   * answers false, so that an unknown user costs what a known one does. A hash that it cannot use is answered false
   * after the same work, and logged.
   *
   * @throws AuthError `overloaded` when the queue is full.
   */
  verify(hash: string | null, password: string): Promise<boolean>
  /**
   * Runs `work`, which will verify or hash a password. While as many are under way as the queue can take, the next one is
   * refused at once, before anything is read or written on its behalf.
   *
   * @throws AuthError `overloaded`, and what `work` throws.
   */
  admit<T>(work: () => Promise<T>): Promise<T>
  /** Whether `hash` would make another kind of hash today: other parameters, another algorithm, another pepper. */
  isOutdated(hash: string): boolean
  /** Null when a user can sign in with this hash from elsewhere; otherwise why not, in a sentence without any part of it. */
  isImportable(hash: string): string | null
  load(): PasswordLoad
}

/** How busy the hashing is: at work, in the queue, and refused because it was full since the process began. */
export interface PasswordLoad {
  readonly running: number
  readonly waiting: number
  readonly refused: number
}

/** Whether a password is known from a breach. Throws when that cannot be told. */
export type IsBreached = (password: string) => boolean | Promise<boolean>
