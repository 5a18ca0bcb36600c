import { transportCookies } from './catalogue/transport-cookies.js'
import { transportFixation } from './catalogue/transport-fixation.js'
import { transportIds } from './catalogue/transport-ids.js'
import { transportLineBreaks } from './catalogue/transport-line-breaks.js'
import { transportSlow } from './catalogue/transport-slow.js'
import { transportSmuggling } from './catalogue/transport-smuggling.js'
import { transportTokens } from './catalogue/transport-tokens.js'
import { tryAll } from './in-process.js'

tryAll([
  ...transportTokens,
  ...transportCookies,
  ...transportFixation,
  ...transportIds,
  ...transportLineBreaks,
  ...transportSmuggling,
  ...transportSlow,
])
