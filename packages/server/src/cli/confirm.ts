// Before something that cannot be undone: a person is asked, a script has to say --yes.

import { failure, mistyped } from './command-error.js'
import type { Shell } from './shell.js'

/** @throws CommandError unless it is wanted. */
export async function confirm(
  { person }: Shell,
  question: string,
  { yes }: { readonly yes?: true },
): Promise<void> {
  if (yes) return
  if (person === null) throw mistyped('Nobody is there to be asked whether this is meant. Add --yes.')
  const answer = (await person.ask(`${question} [y/N] `)).trim().toLowerCase()
  if (answer !== 'y' && answer !== 'yes') throw failure('Nothing was done.')
}
