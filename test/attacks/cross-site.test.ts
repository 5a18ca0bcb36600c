import { crossSite } from './catalogue/cross-site.js'
import { crossSiteForms } from './catalogue/cross-site-forms.js'
import { crossSitePaths } from './catalogue/cross-site-paths.js'
import { crossSiteReading } from './catalogue/cross-site-reading.js'
import { crossSiteRequests } from './catalogue/cross-site-requests.js'
import { tryAll } from './in-process.js'

tryAll([...crossSite, ...crossSiteReading, ...crossSiteRequests, ...crossSiteForms, ...crossSitePaths])
