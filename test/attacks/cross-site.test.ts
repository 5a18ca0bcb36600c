// Lines 44 to 53: what pages of other sites make browsers send.

import { tryFamily } from './in-process.js'

tryFamily('Other sites')
