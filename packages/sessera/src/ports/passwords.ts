/** Slow hashing, off the event loop, behind a bounded queue. */
export interface Passwords {
  /** @throws AuthError `overloaded` when the queue is full. */
  hash(password: string): Promise<string>
  /**
   * Whether `password` made `hash` (a PHC string). With null it does the same work and answers false, so that an
   * unknown user costs what a known one does. A hash that it cannot read is answered false after the same work.
   *
   * @throws AuthError `overloaded` when the queue is full.
   */
  verify(hash: string | null, password: string): Promise<boolean>
}
