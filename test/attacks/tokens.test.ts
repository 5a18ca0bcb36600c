// Lines 1 to 32: access tokens, forged and altered.

import { tryFamily } from './in-process.js'

tryFamily('Tokens')
