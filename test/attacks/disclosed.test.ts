// The weaknesses that were disclosed in other systems, tried here.

import { disclosed } from './catalogue/disclosed.js'
import { tryAll } from './in-process.js'

tryAll(disclosed)
