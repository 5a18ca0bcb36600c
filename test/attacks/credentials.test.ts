// Lines 54 to 65, 82 and 86: what people type and send, how often, and where links lead.

import { tryFamily } from './in-process.js'

tryFamily('Credentials and exhaustion')
