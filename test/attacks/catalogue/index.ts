// The catalogue by family, and the lines that concern what does not exist yet.

import type { Attack } from './attack.js'
import { credentialsElsewhere } from './credentials-elsewhere.js'
import { credentialsGuessing } from './credentials-guessing.js'
import { credentialsLinks } from './credentials-links.js'
import { credentialsPasswords } from './credentials-passwords.js'
import { credentialsShapes } from './credentials-shapes.js'
import { crossSite } from './cross-site.js'
import { crossSiteForms } from './cross-site-forms.js'
import { crossSitePaths } from './cross-site-paths.js'
import { crossSiteReading } from './cross-site-reading.js'
import { crossSiteRequests } from './cross-site-requests.js'
import { disclosed } from './disclosed.js'
import { limitsAtOnce } from './limits-at-once.js'
import { limitsFloods } from './limits-floods.js'
import { limitsGuessing } from './limits-guessing.js'
import { stateAuthority } from './state-authority.js'
import { stateCaches } from './state-caches.js'
import { stateEnded } from './state-ended.js'
import { stateOthers } from './state-others.js'
import { stateRaces } from './state-races.js'
import { stateRefresh } from './state-refresh.js'
import { stateSignUp } from './state-sign-up.js'
import { tokensClaims } from './tokens-claims.js'
import { tokensEncrypted } from './tokens-encrypted.js'
import { tokensHeaders } from './tokens-headers.js'
import { tokensJson } from './tokens-json.js'
import { tokensKeys } from './tokens-keys.js'
import { tokensKids } from './tokens-kids.js'
import { tokensKinds } from './tokens-kinds.js'
import { tokensNumbers } from './tokens-numbers.js'
import { tokensPurposes } from './tokens-purposes.js'
import { tokensSignatures } from './tokens-signatures.js'
import { tokensSizes } from './tokens-sizes.js'
import { tokensSpellings } from './tokens-spellings.js'
import { transportCookies } from './transport-cookies.js'
import { transportFixation } from './transport-fixation.js'
import { transportIds } from './transport-ids.js'
import { transportLineBreaks } from './transport-line-breaks.js'
import { transportSlow } from './transport-slow.js'
import { transportSmuggling } from './transport-smuggling.js'
import { transportTokens } from './transport-tokens.js'

export const families = {
  Tokens: [
    ...tokensHeaders,
    ...tokensKids,
    ...tokensSignatures,
    ...tokensNumbers,
    ...tokensSpellings,
    ...tokensEncrypted,
    ...tokensJson,
    ...tokensClaims,
    ...tokensKinds,
    ...tokensKeys,
    ...tokensPurposes,
    ...tokensSizes,
  ],
  'Transport and cookies': [
    ...transportTokens,
    ...transportCookies,
    ...transportFixation,
    ...transportIds,
    ...transportLineBreaks,
    ...transportSmuggling,
    ...transportSlow,
  ],
  'Other sites': [
    ...crossSite,
    ...crossSiteReading,
    ...crossSiteRequests,
    ...crossSiteForms,
    ...crossSitePaths,
  ],
  'Credentials and exhaustion': [
    ...credentialsGuessing,
    ...credentialsPasswords,
    ...credentialsShapes,
    ...credentialsLinks,
    ...credentialsElsewhere,
    ...limitsGuessing,
    ...limitsAtOnce,
    ...limitsFloods,
  ],
  State: [
    ...stateRefresh,
    ...stateRaces,
    ...stateEnded,
    ...stateAuthority,
    ...stateOthers,
    ...stateSignUp,
    ...stateCaches,
  ],
  'Weaknesses of others': disclosed,
} as const satisfies Readonly<Record<string, readonly Attack[]>>

export type FamilyName = keyof typeof families
