// Lines 54 to 65, 82 and 86: what people type and send, how often, and where links lead.

import { credentialsElsewhere } from './catalogue/credentials-elsewhere.js'
import { credentialsGuessing } from './catalogue/credentials-guessing.js'
import { credentialsLinks } from './catalogue/credentials-links.js'
import { credentialsPasswords } from './catalogue/credentials-passwords.js'
import { credentialsShapes } from './catalogue/credentials-shapes.js'
import { limitsAtOnce } from './catalogue/limits-at-once.js'
import { limitsFloods } from './catalogue/limits-floods.js'
import { limitsGuessing } from './catalogue/limits-guessing.js'
import { tryAll } from './in-process.js'

tryAll([
  ...credentialsGuessing,
  ...credentialsPasswords,
  ...credentialsShapes,
  ...credentialsLinks,
  ...credentialsElsewhere,
  ...limitsGuessing,
  ...limitsAtOnce,
  ...limitsFloods,
])
