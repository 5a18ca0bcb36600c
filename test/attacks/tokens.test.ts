import { tokensClaims } from './catalogue/tokens-claims.js'
import { tokensEncrypted } from './catalogue/tokens-encrypted.js'
import { tokensHeaders } from './catalogue/tokens-headers.js'
import { tokensJson } from './catalogue/tokens-json.js'
import { tokensKeys } from './catalogue/tokens-keys.js'
import { tokensKids } from './catalogue/tokens-kids.js'
import { tokensKinds } from './catalogue/tokens-kinds.js'
import { tokensNumbers } from './catalogue/tokens-numbers.js'
import { tokensPurposes } from './catalogue/tokens-purposes.js'
import { tokensSignatures } from './catalogue/tokens-signatures.js'
import { tokensSizes } from './catalogue/tokens-sizes.js'
import { tokensSpellings } from './catalogue/tokens-spellings.js'
import { tryAll } from './in-process.js'

tryAll([
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
])
