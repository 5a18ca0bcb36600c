// Lines 66 to 85, but for 82: what was valid once, and what belongs to others.

import { tryFamily } from './in-process.js'

tryFamily('State')
