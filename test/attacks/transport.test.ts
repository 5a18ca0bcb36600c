// Lines 33 to 43: what travels, and the cookies in it.

import { tryFamily } from './in-process.js'

tryFamily('Transport and cookies')
