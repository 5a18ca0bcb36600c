// Lines 66 to 85, but for 82: what was valid once, and what belongs to others.

import { stateAuthority } from './catalogue/state-authority.js'
import { stateCaches } from './catalogue/state-caches.js'
import { stateEnded } from './catalogue/state-ended.js'
import { stateOthers } from './catalogue/state-others.js'
import { stateRaces } from './catalogue/state-races.js'
import { stateRefresh } from './catalogue/state-refresh.js'
import { stateSignUp } from './catalogue/state-sign-up.js'
import { tryAll } from './in-process.js'

tryAll([
  ...stateRefresh,
  ...stateRaces,
  ...stateEnded,
  ...stateAuthority,
  ...stateOthers,
  ...stateSignUp,
  ...stateCaches,
])
