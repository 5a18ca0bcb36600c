// Weaknesses that were disclosed in other systems: each was tried there, and is tried here.

import type { Attack } from './attack.js'
import { disclosedCookies } from './disclosed-cookies.js'
import { disclosedDecisions } from './disclosed-decisions.js'
import { disclosedDoors } from './disclosed-doors.js'
import { disclosedEnds } from './disclosed-ends.js'
import { disclosedKinds } from './disclosed-kinds.js'
import { disclosedLeaks } from './disclosed-leaks.js'
import { disclosedMalformed } from './disclosed-malformed.js'
import { disclosedMistakes } from './disclosed-mistakes.js'
import { disclosedSessions } from './disclosed-sessions.js'
import { disclosedSignatures } from './disclosed-signatures.js'
import { disclosedSpent } from './disclosed-spent.js'

export const disclosed: readonly Attack[] = [
  ...disclosedSignatures,
  ...disclosedKinds,
  ...disclosedMalformed,
  ...disclosedSessions,
  ...disclosedCookies,
  ...disclosedEnds,
  ...disclosedSpent,
  ...disclosedDoors,
  ...disclosedMistakes,
  ...disclosedDecisions,
  ...disclosedLeaks,
]
